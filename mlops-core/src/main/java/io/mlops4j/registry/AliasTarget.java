package io.mlops4j.registry;

import io.mlops4j.model.ModelVersion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an alias points. The version's manifest is parsed when it is first asked for.
 *
 * <p>Immutable, but for what it remembers; two threads may remember equal objects.
 */
final class AliasTarget {
    private final @Nullable VersionEntry entry;
    private @Nullable ModelVersion version;

    /**
     * Points at a version.
     *
     * @param entry the version as it was when the alias was moved; what was said of it since is not in it
     */
    AliasTarget(Optional<VersionEntry> entry) {
        this.entry = entry.orElse(null);
    }

    /** The version, or null if the alias points nowhere. */
    @Nullable ModelVersion version() {
        ModelVersion known = version;
        if (known == null && entry != null) {
            known = entry.version();
            version = known;
        }
        return known;
    }
}
