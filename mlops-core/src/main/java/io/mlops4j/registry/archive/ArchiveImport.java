package io.mlops4j.registry.archive;

import static java.util.Objects.requireNonNull;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads an archive into a registry.
 *
 * <p>First the whole archive is read: every byte of it is checked and every file stored as a blob, which means nothing
 * yet. Only when all is well are the versions registered, from those blobs; the archive is not asked again. A flawed
 * archive leaves at most blobs that nobody refers to, for garbage collection.
 *
 * <p>Importing twice is importing once: a version that is there from this archive, or another with the same version, is
 * found by an idempotency key and left as it is. So an import that was interrupted is just repeated. A model that has no
 * versions here keeps its numbers if the archive holds all from 1 on; otherwise versions get the next free numbers, their
 * parents in the archive follow, and the {@link ImportReport} says so.
 *
 * <p>Confined to one thread at a time.
 */
public final class ArchiveImport {
    /** The longest archive unless told otherwise, in bytes: 64 GiB. */
    public static final long DEFAULT_LIMIT = 64L << 30;

    private final ModelRegistry registry;
    private final BlobStore blobs;
    private final String actor;
    private long limit = DEFAULT_LIMIT;
    private OutsideParents outsideParents = OutsideParents.REFUSE;
    private ArchiveProgress progress = ArchiveProgress.SILENT;

    /** What to do with a version that was derived from one that the archive does not hold. */
    public enum OutsideParents {
        /** Import nothing. */
        REFUSE,
        /** Import the version without that parent; the report names it. */
        DROP
    }

    private ArchiveImport(ModelRegistry registry, BlobStore blobs, String actor) {
        this.registry = requireNonNull(registry, "registry");
        this.blobs = blobs;
        this.actor = requireNonNull(actor, "actor");
    }

    /**
     * Begins an import.
     *
     * @param registry gets the versions
     * @param store where files are put before their versions are registered: the registry's own store, so that they are
     *     there already when the registry asks for them
     * @param actor who or what imports
     * @return an import that has not read anything yet
     */
    public static ArchiveImport into(ModelRegistry registry, ObjectStore store, String actor) {
        return new ArchiveImport(registry, BlobStore.in(store), actor);
    }

    /**
     * Bounds the archive.
     *
     * @param bytes the most that is ready to be read and stored; {@link #DEFAULT_LIMIT} unless told
     * @return this
     */
    public ArchiveImport limit(long bytes) {
        limit = bytes;
        return this;
    }

    /**
     * Says what happens to parents that the archive does not hold. Default: {@link OutsideParents#REFUSE}.
     *
     * @param choice for every version of the archive
     * @return this
     */
    public ArchiveImport outsideParents(OutsideParents choice) {
        outsideParents = requireNonNull(choice, "choice");
        return this;
    }

    /**
     * Reports how far the reading has come.
     *
     * @param listener told after every file
     * @return this
     */
    public ArchiveImport observedBy(ArchiveProgress listener) {
        progress = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Imports an archive.
     *
     * @param file a regular file
     * @return what became of its versions
     * @throws NotFoundException if there is no such regular file, or a version has a parent that is not in the archive
     * @throws RejectedInputException if it is not an archive to the last bit, or too long; nothing was registered
     * @throws AlreadyExistsException if a version here has a semantic version of the archive's, or the model's name
     *     differs from an existing one only by case; nothing was registered
     * @throws ConflictException if other writers take what was free when the import began; the versions before are
     *     registered
     * @throws StorageException if the file or a store fails; repeat the import
     * @throws OutcomeUnknownException if a version may or may not have been registered; repeat the import
     */
    public ImportReport from(Path file) {
        try (ArchiveFile archive = ArchiveFile.open(requireNonNull(file, "file"))) {
            ArchiveFile.Opened opened = archive.manifest(limit);
            List<ArchivedVersion> versions = ArchivedVersion.of(opened.manifest(), blobs, actor);
            requireParents(opened.manifest().model(), versions);
            requireRoom(opened.manifest().model(), versions);
            stage(archive, opened);
            return register(opened.manifest().model(), versions);
        }
    }

    private void requireParents(ModelName model, List<ArchivedVersion> versions) {
        for (ArchivedVersion version : versions) {
            if (outsideParents == OutsideParents.REFUSE
                    && !version.outsideParents().isEmpty()) {
                throw new NotFoundException("Cannot import version " + version.number() + " of model " + model
                        + ": its parents " + version.outsideParents() + " are not in the archive; expected all, or "
                        + OutsideParents.class.getSimpleName() + "." + OutsideParents.DROP);
            }
        }
    }

    /** Refuses before anything is stored what would be refused half-way through. */
    private void requireRoom(ModelName model, List<ArchivedVersion> versions) {
        RegistryView view = registry.refresh();
        for (ModelName other : view.models()) {
            if (!other.equals(model) && other.value().equalsIgnoreCase(model.value())) {
                throw new AlreadyExistsException("Cannot import model " + model + ": there is a model " + other
                        + ", and names that differ only by case are one on some disks");
            }
        }
        Map<SemVer, ModelVersion> taken = new HashMap<>();
        for (ModelVersion there : view.versions(model)) {
            there.semVer().ifPresent(semVer -> taken.put(semVer, there));
        }
        for (ArchivedVersion version : versions) {
            Optional<ModelVersion> holder = version.stored().semVer().map(taken::get);
            if (holder.isPresent() && !holder.equals(view.tryRegistered(model, version.idempotencyKey()))) {
                throw new AlreadyExistsException("Cannot import version " + version.number() + " of model " + model
                        + ": version " + holder.get() + " has its semantic version "
                        + version.stored().semVer().orElseThrow());
            }
        }
    }

    private void stage(ArchiveFile archive, ArchiveFile.Opened opened) {
        SortedMap<Digest, Long> all = opened.manifest().blobs();
        long total = all.values().stream().mapToLong(Long::longValue).sum();
        long done = 0;
        long at = opened.blobsAt();
        for (Map.Entry<Digest, Long> blob : all.entrySet()) {
            Digest actual = store(blob.getKey(), archive.blob(at, blob));
            if (!actual.equals(blob.getKey())) {
                throw archive.refused("blob " + blob.getKey() + " has " + actual);
            }
            at += TarHeader.BLOCK + TarHeader.padded(blob.getValue());
            done += blob.getValue();
            progress.on(done, total);
        }
    }

    private Digest store(Digest expected, Region content) {
        if (!blobs.contains(expected)) {
            return blobs.put(content);
        }
        try (InputStream in = content.open()) {
            return Digest.of(in);
        } catch (IOException e) {
            throw new StorageException("Cannot import blob " + expected + ": the archive cannot be read", e);
        }
    }

    private ImportReport register(ModelName model, List<ArchivedVersion> versions) {
        var here = new TreeMap<Integer, VersionId>();
        var dropped = new TreeMap<Integer, List<VersionId>>();
        for (ArchivedVersion version : versions) {
            VersionId id =
                    registry.register(version.registration(blobs, here, actor)).id();
            here.put(version.number(), id);
            for (SignatureBundle bundle : version.signatures()) {
                registry.edit(id).attach(bundle).because("imported from version " + version.number(), actor);
            }
            if (!version.outsideParents().isEmpty()) {
                dropped.put(version.number(), version.outsideParents());
            }
        }
        return new ImportReport(model, here, dropped);
    }
}
