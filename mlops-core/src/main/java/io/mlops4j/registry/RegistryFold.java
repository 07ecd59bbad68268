package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.store.Commit;
import io.mlops4j.store.Fold;
import java.time.Instant;
import java.util.List;

/**
 * Makes the state of a registry from the commits of its log.
 *
 * <p>Immutable.
 */
final class RegistryFold implements Fold<RegistryState> {
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
                // Made when it is asked for; but what could not be made then must not be accepted now.
                registered.version().toVersion(time);
                return state.with(new Fact.Born(VersionOutline.of(registered.version(), event), time, number));
            }
            return state.with(new Fact.Happened(read, time, number));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot apply " + what + ": " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] checkpoint(RegistryState state) {
        return RegistryCheckpoint.write(state.facts().toList());
    }

    @Override
    public RegistryState restore(byte[] checkpoint) {
        try {
            return RegistryState.fold(RegistryCheckpoint.read(checkpoint));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException("Cannot read checkpoint of the registry: " + e.getMessage(), e);
        }
    }
}
