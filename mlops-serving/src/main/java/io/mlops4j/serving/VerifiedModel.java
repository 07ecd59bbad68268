package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.signing.SignatureBundle;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of a model after they were read once and found to match their digests; a runtime loads these same bytes, so
 * nothing can be swapped between check and use.
 *
 * <p>The arrays are shared, not copied, because models are large: treat them as read-only. Otherwise immutable.
 */
public final class VerifiedModel {
    private final String label;
    private final String fileName;
    private final Digest digest;
    private final byte[] bytes;
    private final Map<String, byte[]> companions;
    private final List<SignatureBundle> signatures;

    private VerifiedModel(
            String label,
            String fileName,
            Digest digest,
            byte[] bytes,
            Map<String, byte[]> companions,
            List<SignatureBundle> signatures) {
        this.label = label;
        this.fileName = fileName;
        this.digest = digest;
        this.bytes = bytes;
        this.companions = companions;
        this.signatures = signatures;
    }

    /**
     * Verifies bytes against the digest that they should have.
     *
     * @param label the model for messages, such as {@code rides:3}
     * @param fileName the name of the model's file
     * @param bytes the model's file; shared, not copied
     * @param expected the digest the registry holds
     * @param companions further files of the version by name (external weights, say), verified by the caller; shared
     * @return the verified model
     * @throws RejectedModelException if the digest does not match
     */
    public static VerifiedModel verify(
            String label, String fileName, byte[] bytes, Digest expected, Map<String, byte[]> companions) {
        requireNonNull(label, "label");
        requireNonNull(fileName, "fileName");
        Digest actual = Digest.of(bytes);
        if (!actual.equals(expected)) {
            throw new RejectedModelException("Cannot load model " + label + " from " + fileName + ": its bytes have "
                    + actual + ", expected " + expected);
        }
        return new VerifiedModel(label, fileName, actual, bytes, new TreeMap<>(companions), List.of());
    }

    /**
     * Adds what was signed about the model; whether it is true is for {@link ModelServerBuilder#signedBy} to find out.
     *
     * @param bundles signatures that came with the model; copied
     * @return the same bytes, with these signatures
     */
    public VerifiedModel withSignatures(List<SignatureBundle> bundles) {
        return new VerifiedModel(label, fileName, digest, bytes, companions, List.copyOf(bundles));
    }

    /**
     * The model for messages.
     *
     * @return such as {@code rides:3}
     */
    public String label() {
        return label;
    }

    /**
     * The name of the model's file.
     *
     * @return such as {@code model.onnx}
     */
    public String fileName() {
        return fileName;
    }

    /**
     * The digest of {@link #bytes()}.
     *
     * @return checked against the bytes
     */
    public Digest digest() {
        return digest;
    }

    /**
     * The model's file.
     *
     * @return the shared array; read it only
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Further files of the version.
     *
     * @return shared arrays by file name; read them only
     */
    public Map<String, byte[]> companions() {
        return Collections.unmodifiableMap(companions);
    }

    /**
     * The signatures that came with the model.
     *
     * @return not verified
     */
    public List<SignatureBundle> signatures() {
        return signatures;
    }

    /** The digests of all files, computed from the arrays that a runtime loads. */
    Map<String, Digest> digests() {
        Map<String, Digest> digests = new TreeMap<>();
        companions.forEach((name, content) -> digests.put(name, Digest.of(content)));
        digests.put(fileName, digest);
        return digests;
    }
}
