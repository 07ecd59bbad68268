package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.store.CommitLog;
import java.time.Instant;
import java.util.List;

/**
 * One commit of a registry's log, as a {@link RegistryFeed} tells of it.
 *
 * <p>Later versions of this library may add kinds; a consumer passes over those it does not know.
 *
 * <p>Implementations are immutable.
 */
public sealed interface RegistryChange {
    /**
     * The place in the log right after this change: what to remember, and to read on from.
     *
     * @return number and hash of the commit
     */
    CommitLog.Position position();

    /**
     * When it was committed, by the clock of the process that did so; positions order changes, times do not.
     *
     * @return the time
     */
    Instant time();

    /**
     * A version was registered.
     *
     * @param position right after this change
     * @param time when
     * @param version the version as it was registered
     */
    record Registered(CommitLog.Position position, Instant time, ModelVersion version) implements RegistryChange {
        /** Checks that nothing is null. */
        public Registered {
            requireNonNull(position, "position");
            requireNonNull(time, "time");
            requireNonNull(version, "version");
        }
    }

    /**
     * Aliases were moved, all at once.
     *
     * @param position right after this change
     * @param time when
     * @param moves at least one; copied
     */
    record AliasesMoved(CommitLog.Position position, Instant time, List<AliasMove> moves) implements RegistryChange {
        /** Copies the moves. */
        public AliasesMoved {
            requireNonNull(position, "position");
            requireNonNull(time, "time");
            moves = List.copyOf(moves);
        }
    }

    /**
     * Something was said of a version: it was annotated, approved, judged, signed, archived…
     *
     * @param position right after this change
     * @param time when
     * @param change what, with reason and actor
     */
    record VersionEdited(CommitLog.Position position, Instant time, VersionChange change) implements RegistryChange {
        /** Checks that nothing is null. */
        public VersionEdited {
            requireNonNull(position, "position");
            requireNonNull(time, "time");
            requireNonNull(change, "change");
        }
    }

    /**
     * A policy was set.
     *
     * @param position right after this change
     * @param time when
     * @param setting which, with reason and actor
     */
    record PolicySet(CommitLog.Position position, Instant time, PolicySetting setting) implements RegistryChange {
        /** Checks that nothing is null. */
        public PolicySet {
            requireNonNull(position, "position");
            requireNonNull(time, "time");
            requireNonNull(setting, "setting");
        }
    }

    /**
     * Something happened that this version of the library has no record for: a newer one wrote it.
     *
     * @param position right after this change
     * @param time when
     * @param type what it is called in the log
     */
    record Other(CommitLog.Position position, Instant time, String type) implements RegistryChange {
        /** Checks that nothing is null. */
        public Other {
            requireNonNull(position, "position");
            requireNonNull(time, "time");
            requireNonNull(type, "type");
        }
    }
}
