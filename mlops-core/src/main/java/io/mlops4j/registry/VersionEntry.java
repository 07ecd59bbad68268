package io.mlops4j.registry;

import io.mlops4j.internal.Chain;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version in the state of a registry: as it was written down, and what was said of it since. What users see is made of
 * that when it is first asked for, as opening a registry must not make ten thousand objects that nobody looks at.
 *
 * <p>Immutable, but for what it remembers having made; two threads may make equal objects.
 */
final class VersionEntry {
    private final StoredVersion stored;
    private final Instant registeredAt;
    /** What happened after {@link #base}. */
    private final Chain<VersionChange> changes;

    private final @Nullable VersionRecord base;
    private @Nullable ModelVersion version;
    private @Nullable VersionRecord record;

    private VersionEntry(
            StoredVersion stored, Instant registeredAt, @Nullable VersionRecord base, Chain<VersionChange> changes) {
        this.stored = stored;
        this.registeredAt = registeredAt;
        this.base = base;
        this.changes = changes;
    }

    VersionEntry(StoredVersion stored, Instant registeredAt) {
        this(stored, registeredAt, null, Chain.empty());
    }

    StoredVersion stored() {
        return stored;
    }

    ModelVersion version() {
        ModelVersion made = version;
        if (made == null) {
            made = stored.toVersion(registeredAt);
            version = made;
        }
        return made;
    }

    VersionRecord record() {
        VersionRecord made = record;
        if (made == null) {
            VersionRecord start = base == null ? VersionRecord.of(version(), stored.actor()) : base;
            made = changes.size() == 0 ? start : start.with(changes.toList());
            record = made;
        }
        return made;
    }

    VersionEntry with(VersionChange change) {
        // Goes on from the record if it was made, so that the next one costs one change and not all of them.
        VersionEntry next = record == null
                ? new VersionEntry(stored, registeredAt, base, changes.with(change))
                : new VersionEntry(
                        stored,
                        registeredAt,
                        record,
                        Chain.<VersionChange>empty().with(change));
        next.version = version;
        return next;
    }
}
