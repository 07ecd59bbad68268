package io.mlops4j.registry;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.Optional;

/** An {@link AliasMove} as it is written down, all but time and number, which are those of its commit. */
record StoredMove(
        ModelName model,
        String alias,
        AliasMove.Kind kind,
        Optional<VersionId> from,
        Optional<VersionId> to,
        String reason,
        String actor) {

    static StoredMove of(AliasMove move) {
        return new StoredMove(
                move.alias().model(),
                move.alias().name(),
                move.kind(),
                move.from(),
                move.to(),
                move.reason(),
                move.actor());
    }

    AliasMove toMove(Instant time, long commit) {
        return new AliasMove(model.alias(alias), kind, from, to, reason, actor, time, commit);
    }
}
