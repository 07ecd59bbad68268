package io.mlops4j.registry;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides on a state what a wish becomes: an event to append, nothing as it is so already, or a refusal. Without side
 * effects, as a decision is asked again when another writer was first.
 */
final class RegistryRules {
    private RegistryRules() {}

    static Optional<byte[]> register(RegistryState state, Registration wish, List<Artifact> files) {
        ModelName name = wish.model();
        ModelState model = state.model(name);
        if (isRepeat(model, wish, files)) {
            return Optional.empty();
        }
        state.caseTwin(name).ifPresent(twin -> {
            throw new AlreadyExistsException("Cannot register model " + name + ": there is a model " + twin
                    + ", and names that differ only by case are one on some disks");
        });
        wish.semVer().ifPresent(semVer -> requireFree(model, semVer));
        for (VersionId parent : wish.provenance().parents()) {
            if (state.tryVersion(parent).isEmpty()) {
                throw new NotFoundException(
                        "Cannot register a version of model " + name + ": its parent " + parent + " does not exist");
            }
        }
        return event(state, RegistryEvent.Registered.of(StoredVersion.of(wish, files, model.count() + 1)));
    }

    private static boolean isRepeat(ModelState model, Registration wish, List<Artifact> files) {
        Optional<ModelVersion> first = wish.idempotencyKey().flatMap(model::registered);
        if (first.isPresent() && !first.get().files().equals(files)) {
            throw new AlreadyExistsException("Cannot register a version of model " + model.name()
                    + " with idempotency key " + wish.idempotencyKey().orElseThrow() + ": version "
                    + first.get() + " was registered with it, and has other files");
        }
        return first.isPresent();
    }

    private static void requireFree(ModelState model, SemVer semVer) {
        model.holder(semVer).ifPresent(holder -> {
            throw new AlreadyExistsException("Cannot register semantic version " + semVer + " of model " + model.name()
                    + ": version " + holder + " has it");
        });
    }

    static Optional<byte[]> move(RegistryState state, MoveRequest wish) {
        Alias alias = wish.alias();
        AliasState now = state.model(alias.model()).alias(alias.name());
        if (!wish.expected().accepts(now.current())) {
            if (isRepeat(now, wish)) {
                return Optional.empty();
            }
            throw new ConflictException("Cannot move alias " + alias + ": it points at "
                    + new MoveRequest.Exactly(now.current()) + ", expected " + wish.expected());
        }
        Optional<VersionId> to = target(state, now, wish);
        if (to.equals(now.current())) {
            return Optional.empty();
        }
        var move = new StoredMove(
                alias.model(), alias.name(), kind(wish.target()), now.current(), to, wish.reason(), wish.actor());
        return event(state, RegistryEvent.Moved.of(move));
    }

    private static boolean isRepeat(AliasState now, MoveRequest wish) {
        return now.moves()
                .newest()
                .filter(last -> wish.expected().accepts(last.from())
                        && last.kind() == kind(wish.target())
                        && (!(wish.target() instanceof MoveRequest.To to)
                                || last.to().equals(Optional.of(to.version())))
                        && last.reason().equals(wish.reason())
                        && last.actor().equals(wish.actor()))
                .isPresent();
    }

    private static Optional<VersionId> target(RegistryState state, AliasState now, MoveRequest wish) {
        if (wish.target() instanceof MoveRequest.To to) {
            return Optional.of(state.version(to.version()).id());
        }
        if (wish.target() instanceof MoveRequest.Back) {
            return now.previous()
                    .orElseThrow(() -> new NotFoundException("Cannot move alias " + wish.alias()
                            + " back: it pointed nowhere before " + new MoveRequest.Exactly(now.current())));
        }
        if (now.moves().size() == 0) {
            throw new NotFoundException("Cannot remove alias " + wish.alias() + ": it was never set");
        }
        return Optional.empty();
    }

    private static AliasMove.Kind kind(MoveRequest.Target target) {
        if (target instanceof MoveRequest.To) {
            return AliasMove.Kind.SET;
        }
        return target instanceof MoveRequest.Back ? AliasMove.Kind.ROLLED_BACK : AliasMove.Kind.REMOVED;
    }

    /**
     * Writes an event, and reads it back onto the state: what could not be read must never get into the log, as nothing
     * ever gets out of it.
     */
    private static Optional<byte[]> event(RegistryState state, RegistryEvent event) {
        byte[] bytes = Json.write(event);
        try {
            RegistryFold.apply("the new event", state, bytes, Long.MAX_VALUE, Instant.EPOCH);
        } catch (CorruptionException e) {
            throw new IllegalArgumentException("Cannot write this down so that it could be read again", e);
        }
        return Optional.of(bytes);
    }
}
