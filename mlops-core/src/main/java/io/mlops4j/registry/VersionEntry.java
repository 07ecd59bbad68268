package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Chain;
import io.mlops4j.model.ModelVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version in the state of a registry: its outline, and what was said of it since. What users see is made of that when
 * it is first asked for.
 *
 * <p>Immutable, but for what it remembers having made; two threads may make equal objects.
 */
final class VersionEntry {
    private final VersionOutline outline;
    private final Instant registeredAt;
    /** What happened after {@link #base}. */
    private final Chain<VersionChange> changes;

    private final @Nullable VersionRecord base;
    private @Nullable VersionRecord record;

    private VersionEntry(
            VersionOutline outline, Instant registeredAt, @Nullable VersionRecord base, Chain<VersionChange> changes) {
        this.outline = outline;
        this.registeredAt = registeredAt;
        this.base = base;
        this.changes = changes;
    }

    VersionEntry(VersionOutline outline, Instant registeredAt) {
        this(outline, registeredAt, null, Chain.empty());
    }

    VersionOutline outline() {
        return outline;
    }

    ModelVersion version() {
        return record().version();
    }

    VersionRecord record() {
        VersionRecord made = record;
        if (made == null) {
            VersionRecord start = base == null ? registered() : base;
            made = changes.size() == 0 ? start : start.with(changes.toList());
            record = made;
        }
        return made;
    }

    private VersionRecord registered() {
        StoredVersion stored = outline.stored();
        try {
            return VersionRecord.of(stored.toVersion(registeredAt), stored.actor());
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new CorruptionException(
                    "Cannot read the manifest of version " + outline.id() + ": " + e.getMessage(), e);
        }
    }

    VersionEntry with(VersionChange change) {
        // Goes on from the record if it was made, so that the next one costs one change and not all of them.
        return record == null
                ? new VersionEntry(outline, registeredAt, base, changes.with(change))
                : new VersionEntry(
                        outline,
                        registeredAt,
                        record,
                        Chain.<VersionChange>empty().with(change));
    }
}
