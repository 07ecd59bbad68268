package io.mlops4j.registry;

import io.mlops4j.internal.Chain;
import io.mlops4j.model.VersionId;
import java.util.Optional;

/** An alias: its moves, and the targets that going back leads through, the current one newest. */
record AliasState(Chain<AliasMove> moves, Chain<Optional<VersionId>> targets) {
    static final AliasState NEW = new AliasState(Chain.empty(), Chain.empty());

    Optional<VersionId> current() {
        return targets.newest().flatMap(target -> target);
    }

    /** Where going back leads: empty if there is nothing to go back to, and a place that may be nowhere else. */
    Optional<Optional<VersionId>> previous() {
        return targets.size() < 2 ? Optional.empty() : targets.older().newest();
    }

    /** The targets as they were when the alias pointed here before; empty if it never did, or that was undone. */
    Optional<Chain<Optional<VersionId>>> backTo(Optional<VersionId> target) {
        for (Chain<Optional<VersionId>> at = targets.older(); at.size() > 0; at = at.older()) {
            if (at.newest().equals(Optional.of(target))) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    AliasState with(AliasMove move) {
        Chain<Optional<VersionId>> next =
                move.kind() == AliasMove.Kind.ROLLED_BACK ? backTo(move.to()).orElse(targets) : targets.with(move.to());
        var moved = new AliasState(moves.with(move), next);
        if (!move.from().equals(current()) || !move.to().equals(moved.current())) {
            throw new IllegalArgumentException("alias " + move.alias() + " is said to move from " + move.from() + " to "
                    + move.to() + ", but it stood at " + current());
        }
        return moved;
    }
}
