package io.mlops4j.registry.archive;

import io.mlops4j.MlopsException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.internal.json.StoredSignature;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.Registration;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Content;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One version of an archive, checked: it can be registered as soon as its files are in a blob store.
 *
 * <p>Immutable.
 */
final class ArchivedVersion {
    private final ModelName model;
    private final ArchiveManifest.Version stored;
    private final List<SignatureBundle> signatures;
    private final Set<VersionId> outsideParents;

    private ArchivedVersion(
            ModelName model,
            ArchiveManifest.Version stored,
            List<SignatureBundle> signatures,
            Set<VersionId> outsideParents) {
        this.model = model;
        this.stored = stored;
        this.signatures = signatures;
        this.outsideParents = outsideParents;
    }

    /**
     * Checks the versions of a manifest: in ascending order, each fit to be registered.
     *
     * @throws RejectedInputException if one is not
     */
    static List<ArchivedVersion> of(ArchiveManifest manifest, BlobStore blobs, String actor) {
        requireCount(manifest);
        List<ArchivedVersion> versions = new ArrayList<>();
        Set<VersionId> seen = new HashSet<>();
        Set<SemVer> taken = new HashSet<>();
        int before = 0;
        for (ArchiveManifest.Version stored : manifest.versions()) {
            try {
                if (stored.number() <= before) {
                    throw new IllegalArgumentException("its number does not follow " + before);
                }
                if (!stored.semVer().map(taken::add).orElse(true)) {
                    throw new IllegalArgumentException("another has its semantic version "
                            + stored.semVer().orElseThrow());
                }
                ArchivedVersion version = check(manifest.model(), stored, seen);
                version.registration(blobs, Map.of(), actor);
                versions.add(version);
            } catch (IllegalArgumentException | MlopsException e) {
                throw new RejectedInputException(
                        "Cannot import version " + stored.number() + " of model " + manifest.model() + ": "
                                + e.getMessage(),
                        e);
            }
            before = stored.number();
            seen.add(new VersionId(manifest.model(), before));
        }
        return versions;
    }

    private static void requireCount(ArchiveManifest manifest) {
        int count = manifest.versions().size();
        if (count == 0 || count > ArchiveManifest.MAX_VERSIONS) {
            throw new RejectedInputException("Cannot import model " + manifest.model() + ": the archive has " + count
                    + " versions, expected 1 to " + ArchiveManifest.MAX_VERSIONS);
        }
    }

    private static ArchivedVersion check(ModelName model, ArchiveManifest.Version stored, Set<VersionId> seen) {
        List<SignatureBundle> signatures = stored.signatures().stream()
                .map(text -> SignatureBundle.parse(text.getBytes(StandardCharsets.UTF_8)))
                .toList();
        Set<VersionId> outside = new TreeSet<>(stored.provenance().parents());
        outside.removeAll(seen);
        return new ArchivedVersion(model, stored, signatures, outside);
    }

    int number() {
        return stored.number();
    }

    ArchiveManifest.Version stored() {
        return stored;
    }

    List<SignatureBundle> signatures() {
        return signatures;
    }

    /** The parents that are not in the archive before this version, by id. */
    List<VersionId> outsideParents() {
        return List.copyOf(outsideParents);
    }

    /** What names this version's import, so that it happens once: what cannot change about it, and the model. */
    String idempotencyKey() {
        var identity = new Identity(model, stored.number(), stored.registeredAt(), stored.files());
        return "import:" + Digest.of(Json.write(identity)).hex();
    }

    record Identity(ModelName model, int number, Instant registeredAt, List<Artifact> files) {}

    /**
     * The registration of this version.
     *
     * @param blobs holds its files when it is carried out
     * @param here the versions that were imported before, by their number in the archive
     */
    Registration registration(BlobStore blobs, Map<Integer, VersionId> here, String actor) {
        Registration wish = Registration.of(model)
                .by(actor)
                .metrics(stored.metrics())
                .description(stored.description())
                .idempotencyKey(idempotencyKey())
                .provenance(provenance(here));
        stored.files().forEach(file -> wish.file(file.name(), new Stored(blobs, file)));
        stored.tags().forEach(wish::tag);
        stored.semVer().ifPresent(wish::semVer);
        stored.signature().map(StoredSignature::toSignature).ifPresent(wish::signature);
        return wish;
    }

    private Provenance provenance(Map<Integer, VersionId> here) {
        Provenance there = stored.provenance();
        List<VersionId> parents = new ArrayList<>();
        for (VersionId parent : there.parents()) {
            if (!outsideParents.contains(parent)) {
                parents.add(here.getOrDefault(parent.number(), parent));
            }
        }
        return new Provenance(there.codeCommit(), there.datasets(), there.run(), parents, there.environment());
    }

    /** A file that lies in a blob store, or will. */
    private record Stored(BlobStore blobs, Artifact file) implements Content {
        @Override
        public long size() {
            return file.size();
        }

        @Override
        public InputStream open() {
            return blobs.open(file.digest());
        }
    }
}
