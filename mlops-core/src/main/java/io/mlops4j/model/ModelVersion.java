package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One registered, immutable version of a model: its files by digest, and all that was known of it when it was
 * registered. Two versions with the same files have the same {@link #digest()}, whatever else differs.
 *
 * <p>Immutable.
 *
 * @param id model and number
 * @param semVer the semantic version, if it was given one
 * @param files the files, sorted by name, at least one; the first that a runtime is asked to load is
 *     {@link #MODEL_FILE} or the only file there is
 * @param signature inputs and outputs, if they were known
 * @param provenance where it came from
 * @param metrics such as {@code rmse}; copied
 * @param tags free text by key; copied
 * @param description free text, may be empty
 * @param registeredAt when it was registered, by the registry's clock
 */
public record ModelVersion(
        VersionId id,
        Optional<SemVer> semVer,
        List<Artifact> files,
        Optional<Signature> signature,
        Provenance provenance,
        SortedMap<String, Double> metrics,
        SortedMap<String, String> tags,
        String description,
        Instant registeredAt) {
    /** The name of the file that holds the model itself. */
    public static final String MODEL_FILE = "model.onnx";

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if there is no file or two share a name
     */
    public ModelVersion {
        requireNonNull(id, "id");
        requireNonNull(semVer, "semVer");
        files = files.stream().sorted(Comparator.comparing(Artifact::name)).toList();
        if (files.isEmpty() || files.stream().map(Artifact::name).distinct().count() != files.size()) {
            throw new IllegalArgumentException(
                    "Invalid files of version " + id + ": expected one or more with distinct names, got " + files);
        }
        requireNonNull(signature, "signature");
        requireNonNull(provenance, "provenance");
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        requireNonNull(description, "description");
        requireNonNull(registeredAt, "registeredAt");
    }

    /**
     * Finds a file by name.
     *
     * @param name the file's name in the version
     * @return the file
     * @throws NotFoundException if this version has no such file
     */
    public Artifact file(String name) {
        return files.stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFoundException("Version " + id + " has no file " + name + ": it has "
                        + files.stream().map(Artifact::name).toList()));
    }

    /**
     * The file that a runtime loads: {@link #MODEL_FILE}, or the only file of the version.
     *
     * @return the file
     * @throws NotFoundException if there are several files and none has that name
     */
    public Artifact modelFile() {
        return files.size() == 1 ? files.get(0) : file(MODEL_FILE);
    }

    /**
     * The digests of the files.
     *
     * @return by file name
     */
    public SortedMap<String, Digest> digests() {
        SortedMap<String, Digest> digests = new TreeMap<>();
        files.forEach(file -> digests.put(file.name(), file.digest()));
        return digests;
    }

    /**
     * Identifies the content of the version: the SHA-256 over its manifest, one line {@code <hex digest>  <name>\n} a
     * file, sorted by name (the format of {@code sha256sum}).
     *
     * @return equal for equal files
     */
    public Digest digest() {
        var manifest = new StringBuilder();
        for (Artifact file : files) {
            manifest.append(file.digest().hex())
                    .append("  ")
                    .append(file.name())
                    .append('\n');
        }
        return Digest.of(manifest.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A metric by name.
     *
     * @param name such as {@code rmse}
     * @return its value, or empty
     */
    public Optional<Double> metric(String name) {
        return Optional.ofNullable(metrics.get(name));
    }

    /**
     * Names this version for a registry: the same as {@code id().toString()}.
     *
     * @return {@code name:number}
     */
    @Override
    public String toString() {
        return id.toString();
    }
}
