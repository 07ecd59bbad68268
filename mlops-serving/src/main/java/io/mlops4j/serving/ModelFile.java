package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.signing.SignatureBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A model in a file, to be served without a registry. The bytes are read once, when the model is loaded; the file may
 * be replaced afterwards.
 *
 * <pre>{@code
 * ModelFile.of(Path.of("rides.onnx")).expecting(digest).with(Path.of("rides.weights"))
 * }</pre>
 *
 * <p>Immutable.
 *
 * @param path the model's file
 * @param digest what its bytes must have, or empty to take them as they are
 * @param companions further files that the model may take weights from, by file name; no others are ever opened
 * @param bundle a file with a signature over the model's file and its companions, by their names, if there is one
 */
public record ModelFile(Path path, Optional<Digest> digest, List<Path> companions, Optional<Path> bundle) {
    /** Copies the list. */
    public ModelFile {
        requireNonNull(path, "path");
        requireNonNull(digest, "digest");
        companions = List.copyOf(companions);
        requireNonNull(bundle, "bundle");
    }

    /**
     * A model in one file.
     *
     * @param path the file
     * @return the model, its bytes to be taken as they are
     */
    public static ModelFile of(Path path) {
        return new ModelFile(path, Optional.empty(), List.of(), Optional.empty());
    }

    /**
     * Says what the bytes must be.
     *
     * @param expected the digest of the model's file
     * @return the same model, which is refused if its bytes have another digest
     */
    public ModelFile expecting(Digest expected) {
        return new ModelFile(path, Optional.of(expected), companions, bundle);
    }

    /**
     * Adds a companion file.
     *
     * @param companion a file; the model refers to it by its name without folders
     * @return the same model with one companion more
     */
    public ModelFile with(Path companion) {
        List<Path> more = new ArrayList<>(companions);
        more.add(companion);
        return new ModelFile(path, digest, more, bundle);
    }

    /**
     * Says where the model's signature is; no other place is looked at.
     *
     * @param signature a signature bundle, {@code model.sig} beside the model in most cases
     * @return the same model with that signature
     */
    public ModelFile signedIn(Path signature) {
        return new ModelFile(path, digest, companions, Optional.of(signature));
    }

    /**
     * Reads and verifies the files.
     *
     * @param label the model for messages, such as {@code rides:1}
     * @return the bytes to load
     * @throws NotFoundException if a file is missing
     * @throws StorageException if a file cannot be read
     * @throws RejectedModelException if the digest does not match, or the signature bundle is malformed
     */
    public VerifiedModel read(String label) {
        byte[] bytes = bytes(label, path);
        Map<String, byte[]> files = new TreeMap<>();
        for (Path companion : companions) {
            files.put(name(companion), bytes(label, companion));
        }
        return VerifiedModel.verify(label, name(path), bytes, digest.orElseGet(() -> Digest.of(bytes)), files)
                .withSignatures(bundle.map(SignatureBundle::read).stream().toList());
    }

    private static byte[] bytes(String label, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new NotFoundException("Cannot read model " + label + ": there is no file " + file, e);
        } catch (IOException | OutOfMemoryError e) {
            // An array cannot hold a file of 2 GiB or more, which the platform reports as an OutOfMemoryError.
            throw new StorageException("Cannot read model " + label + " from " + file + ": " + e, e);
        }
    }

    private static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }
}
