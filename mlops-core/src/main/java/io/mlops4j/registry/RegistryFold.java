package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the state of a registry from the commits of its log.
 *
 * <p>Immutable.
 */
final class RegistryFold implements Fold<RegistryState> {
    private static final int CHECKPOINT_SCHEMA = 1;

    /** A state written down: versions by model and number, then all moves in order. */
    record Checkpoint(int schema, List<Version> versions, List<Move> moves) {
        record Version(StoredVersion version, Instant registeredAt) {}

        record Move(StoredMove move, Instant time, long commit) {}
    }

    @Override
    public RegistryState empty() {
        return RegistryState.EMPTY;
    }

    @Override
    public RegistryState apply(RegistryState state, List<Commit> commits) {
        RegistryState next = state;
        for (Commit commit : commits) {
            String what = "commit " + commit.number() + " of the registry's log";
            next = apply(what, next, commit.event(), commit.number(), commit.time());
        }
        return next;
    }

    static RegistryState apply(String what, RegistryState state, byte[] event, long number, Instant time) {
        try {
            RegistryEvent read = RegistryEvent.read(what, event);
            if (read instanceof RegistryEvent.Registered registered) {
                return state.with(entry(registered.version(), time));
            }
            RegistryState next = state;
            for (StoredMove move : ((RegistryEvent.Moved) read).moves()) {
                next = next.with(move.toMove(time, number));
            }
            return next;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot apply " + what + ": " + e.getMessage(), e);
        }
    }

    private static ModelState.Entry entry(StoredVersion version, Instant registeredAt) {
        return new ModelState.Entry(version.toVersion(registeredAt), version.key());
    }

    @Override
    public byte[] checkpoint(RegistryState state) {
        List<Checkpoint.Version> versions = new ArrayList<>();
        for (var name : state.models()) {
            for (ModelState.Entry entry : state.model(name).entries()) {
                versions.add(new Checkpoint.Version(
                        StoredVersion.of(entry.version(), entry.key()),
                        entry.version().registeredAt()));
            }
        }
        List<Checkpoint.Move> moves = state.movesAfter(0).stream()
                .map(move -> new Checkpoint.Move(StoredMove.of(move), move.time(), move.commit()))
                .toList();
        return Json.write(new Checkpoint(CHECKPOINT_SCHEMA, versions, moves));
    }

    @Override
    public RegistryState restore(byte[] checkpoint) {
        var read = Json.read("checkpoint of the registry", checkpoint, Checkpoint.class);
        if (read.schema() != CHECKPOINT_SCHEMA) {
            throw new CorruptionException("Cannot read checkpoint of the registry: it has schema " + read.schema()
                    + ", this version reads schema " + CHECKPOINT_SCHEMA);
        }
        try {
            RegistryState state = RegistryState.EMPTY;
            for (Checkpoint.Version version : read.versions()) {
                state = state.with(entry(version.version(), version.registeredAt()));
            }
            for (Checkpoint.Move move : read.moves()) {
                state = state.with(move.move().toMove(move.time(), move.commit()));
            }
            return state;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot read checkpoint of the registry: " + e.getMessage(), e);
        }
    }
}
