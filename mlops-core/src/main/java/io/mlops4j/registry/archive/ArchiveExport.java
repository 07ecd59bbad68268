package io.mlops4j.registry.archive;

import static java.util.Objects.requireNonNull;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a model, or some of its versions, as one archive. The same content gives the same bytes. Files are streamed;
 * memory is needed for the manifest only, some kilobyte a version.
 *
 * <p>Confined to one thread at a time.
 */
public final class ArchiveExport {
    private static final int BUFFER = 1 << 16;

    private final ModelRegistry registry;
    private final ModelName model;
    private List<VersionId> chosen = List.of();
    private ArchiveProgress progress = ArchiveProgress.SILENT;

    private ArchiveExport(ModelRegistry registry, ModelName model) {
        this.registry = requireNonNull(registry, "registry");
        this.model = requireNonNull(model, "model");
    }

    /**
     * Begins an export of all versions of a model whose files are kept.
     *
     * @param registry holds the model
     * @param model the model
     * @return an export that has not written anything yet
     */
    public static ArchiveExport of(ModelRegistry registry, ModelName model) {
        return new ArchiveExport(registry, model);
    }

    /**
     * Exports some versions only.
     *
     * @param versions of the model, one or more
     * @return this
     * @throws IllegalArgumentException if there is none, or one of another model
     */
    public ArchiveExport only(VersionId... versions) {
        chosen = List.of(versions);
        if (chosen.isEmpty() || chosen.stream().anyMatch(id -> !id.model().equals(model))) {
            throw new IllegalArgumentException(
                    "Cannot export " + chosen + ": expected one or more versions of model " + model);
        }
        return this;
    }

    /**
     * Reports how far the export has come.
     *
     * @param listener told after every 64 KiB or so
     * @return this
     */
    public ArchiveExport observedBy(ArchiveProgress listener) {
        progress = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Writes the archive to a new file, durably. If it fails, the file is removed again.
     *
     * @param file where nothing is yet
     * @throws AlreadyExistsException if something is there
     * @throws NotFoundException if there is no such model or version, or a file of it is gone
     * @throws CorruptionException if a file is not what was registered
     * @throws StorageException if the registry could not be read or the file not be written
     */
    public void to(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            write(file, channel);
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException("Cannot export model " + model + ": there is a file " + file, e);
        } catch (IOException e) {
            throw new StorageException("Cannot export model " + model + " to " + file, e);
        }
    }

    private void write(Path file, FileChannel channel) throws IOException {
        try {
            to(Channels.newOutputStream(channel));
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            try {
                Files.delete(file);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /**
     * Writes the archive to a stream, which stays open. If it fails, what was written is no archive.
     *
     * @param out gets the bytes
     * @throws NotFoundException if there is no such model or version, or a file of it is gone
     * @throws CorruptionException if a file is not what was registered
     * @throws StorageException if the registry could not be read
     * @throws IOException if the stream fails
     */
    public void to(OutputStream out) throws IOException {
        List<ModelVersion> versions = versions();
        ArchiveManifest manifest = Manifests.of(registry, model, versions);
        byte[] json = Json.write(manifest);
        if (json.length > ArchiveManifest.MAX_BYTES || versions.size() > ArchiveManifest.MAX_VERSIONS) {
            throw new IllegalArgumentException("Cannot export " + versions.size() + " versions of model " + model
                    + ": an archive has at most " + ArchiveManifest.MAX_VERSIONS + " versions and a manifest of "
                    + ArchiveManifest.MAX_BYTES + " bytes; export fewer at a time");
        }
        var buffered = new BufferedOutputStream(out, BUFFER);
        buffered.write(TarHeader.of(ArchiveManifest.FILE, json.length));
        buffered.write(json);
        pad(buffered, json.length);
        writeBlobs(buffered, manifest.blobs(), versions);
        buffered.write(new byte[TarHeader.END]);
        buffered.flush();
    }

    private List<ModelVersion> versions() {
        List<ModelVersion> versions = chosen.isEmpty()
                ? Manifests.kept(registry, model)
                : chosen.stream().sorted().distinct().map(registry::version).toList();
        if (versions.isEmpty()) {
            throw new NotFoundException("Cannot export model " + model + ": it has no versions");
        }
        return versions;
    }

    private void writeBlobs(OutputStream out, SortedMap<Digest, Long> blobs, List<ModelVersion> versions)
            throws IOException {
        Map<Digest, Source> sources = new TreeMap<>();
        for (ModelVersion version : versions) {
            for (Artifact file : version.files()) {
                sources.putIfAbsent(file.digest(), new Source(version.id(), file.name()));
            }
        }
        long total = blobs.values().stream().mapToLong(Long::longValue).sum();
        long done = 0;
        for (Map.Entry<Digest, Long> blob : blobs.entrySet()) {
            out.write(TarHeader.of(ArchiveManifest.path(blob.getKey()), blob.getValue()));
            copy(requireNonNull(sources.get(blob.getKey())), blob.getValue(), out, done, total);
            pad(out, blob.getValue());
            done += blob.getValue();
        }
        progress.on(done, total);
    }

    /** Where a blob is found. */
    private record Source(VersionId version, String file) {}

    private void copy(Source source, long size, OutputStream out, long before, long total) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long read = 0;
        try (InputStream in = registry.open(source.version(), source.file())) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                read += n;
                out.write(buffer, 0, n);
                progress.on(before + Math.min(read, size), total);
            }
        } catch (IOException e) {
            if (e.getCause() instanceof CorruptionException corrupt) {
                throw corrupt;
            }
            throw e;
        }
        if (read != size) {
            throw new CorruptionException("Cannot export file " + source.file() + " of version " + source.version()
                    + ": it has " + read + " bytes, expected " + size);
        }
    }

    private static void pad(OutputStream out, long size) throws IOException {
        out.write(new byte[(int) (TarHeader.padded(size) - size)]);
    }
}
