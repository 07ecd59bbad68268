package io.mlops4j.registry.archive;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.json.StoredSignature;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The first file of an archive, as it is written down: all but the bytes of the blobs. */
record ArchiveManifest(
        String format, int schema, ModelName model, List<Version> versions, SortedMap<String, Integer> aliases) {
    static final String FORMAT = "mlops4j-model-archive";
    static final int SCHEMA = 1;
    static final String FILE = "manifest.json";

    /** The longest manifest, in bytes. */
    static final int MAX_BYTES = 16 << 20;

    /** The most versions. */
    static final int MAX_VERSIONS = 10_000;

    ArchiveManifest {
        requireNonNull(format, "format");
        requireNonNull(model, "model");
        versions = List.copyOf(versions);
        aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
    }

    /** One version as it stood when it was exported, and what was said of it until then. */
    record Version(
            int number,
            Optional<SemVer> semVer,
            List<Artifact> files,
            Optional<StoredSignature> signature,
            Provenance provenance,
            SortedMap<String, Double> metrics,
            SortedMap<String, String> tags,
            String description,
            Instant registeredAt,
            List<String> signatures,
            List<Event> history) {
        Version {
            requireNonNull(semVer, "semVer");
            files = List.copyOf(files);
            requireNonNull(signature, "signature");
            requireNonNull(provenance, "provenance");
            metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
            tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
            requireNonNull(description, "description");
            requireNonNull(registeredAt, "registeredAt");
            signatures = List.copyOf(signatures);
            history = List.copyOf(history);
        }
    }

    /** Something that happened, for people. */
    record Event(Instant time, String actor, String what, String reason) {
        Event {
            requireNonNull(time, "time");
            requireNonNull(actor, "actor");
            requireNonNull(what, "what");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * Every blob once, sorted by digest: its size.
     *
     * @throws IllegalArgumentException if two files disagree about the size of one blob
     */
    SortedMap<Digest, Long> blobs() {
        var blobs = new TreeMap<Digest, Long>();
        for (Version version : versions) {
            for (Artifact file : version.files()) {
                Long other = blobs.put(file.digest(), file.size());
                if (other != null && other != file.size()) {
                    throw new IllegalArgumentException(
                            "blob " + file.digest() + " is said to have " + other + " and " + file.size() + " bytes");
                }
            }
        }
        return blobs;
    }

    static String path(Digest blob) {
        return "blobs/sha256/" + blob.hex().substring(0, 2) + "/" + blob.hex().substring(2);
    }

    /**
     * The length of the archive with a manifest of that many bytes.
     *
     * @throws ArithmeticException if no file is as long
     */
    long length(int manifestBytes) {
        long length = TarHeader.BLOCK + TarHeader.padded(manifestBytes) + TarHeader.END;
        for (long size : blobs().values()) {
            length = Math.addExact(length, Math.addExact(TarHeader.BLOCK, TarHeader.padded(size)));
        }
        return length;
    }
}
