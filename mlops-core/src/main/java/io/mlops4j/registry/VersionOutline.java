package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the state of a registry must know of every version, and where the rest of it is written: the event that
 * registered it, parsed only when somebody asks for the version. So opening a registry of ten thousand versions does not
 * parse ten thousand manifests.
 *
 * <p>Immutable; the bytes are not copied and must not be changed.
 */
final class VersionOutline {
    private final VersionId id;
    private final Optional<String> key;
    private final Optional<String> semVer;
    private final List<VersionId> parents;
    private final byte[] bytes;
    private final int from;
    private final int until;

    /** From a checkpoint: the event stands in some bytes between two places. */
    VersionOutline(
            VersionId id,
            Optional<String> key,
            Optional<String> semVer,
            List<VersionId> parents,
            byte[] bytes,
            int from,
            int until) {
        this.id = id;
        this.key = key;
        this.semVer = semVer;
        this.parents = parents;
        this.bytes = bytes;
        this.from = from;
        this.until = until;
    }

    /** From the event itself. */
    static VersionOutline of(StoredVersion stored, byte[] event) {
        return new VersionOutline(
                stored.id(),
                stored.key(),
                stored.semVer().map(SemVer::toString),
                stored.provenance().parents(),
                event,
                0,
                event.length);
    }

    VersionId id() {
        return id;
    }

    Optional<String> key() {
        return key;
    }

    Optional<String> semVer() {
        return semVer;
    }

    List<VersionId> parents() {
        return parents;
    }

    /** The event as it was written. */
    byte[] event() {
        return Arrays.copyOfRange(bytes, from, until);
    }

    /**
     * Parses the event.
     *
     * @throws CorruptionException if it is not what was registered under this id
     */
    StoredVersion stored() {
        String what = "the manifest of version " + id;
        if (RegistryEvent.read(what, event()) instanceof RegistryEvent.Registered registered
                && registered.version().id().equals(id)) {
            return registered.version();
        }
        throw new CorruptionException(
                "Cannot read " + what + ": it holds something else: " + Text.quote(Arrays.toString(event())));
    }
}
