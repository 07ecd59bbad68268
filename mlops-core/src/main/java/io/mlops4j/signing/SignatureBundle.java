package io.mlops4j.signing;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A signature over the files of a model, detached from them: an OpenSSF Model Signing v1.0 bundle by a bare key. It
 * claims something; {@link #verify} tells whether a trusted key stands behind the claim.
 *
 * <p>The bytes are kept as they came. What is signed is the DSSE pre-authentication encoding of the statement [1], over
 * the hash of the key's curve, in canonical DER.
 *
 * <p>[1] DSSE v1.0.0, protocol.md: {@code "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body}.
 *
 * <p>Immutable.
 */
public final class SignatureBundle {
    /** The longest bundle, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    /** The name under which a bundle lies beside the files that it signs. */
    public static final String FILE = "model.sig";

    private final byte[] bytes;
    private final Optional<Digest> hint;
    private final byte[] payload;
    private final byte[] signature;

    private SignatureBundle(byte[] bytes, Optional<Digest> hint, byte[] payload, byte[] signature) {
        this.bytes = bytes;
        this.hint = hint;
        this.payload = payload;
        this.signature = signature;
    }

    /**
     * Signs files.
     *
     * @param subject what to call the model; for people only
     * @param files every file of the model by name, one or more: a relative path with {@code /} between its segments
     * @param key signs
     * @return the bundle; other bytes each time, as signatures are randomised
     * @throws IllegalArgumentException if there is no file, a name is no such path, or there are too many for a bundle
     */
    public static SignatureBundle sign(String subject, Map<String, Digest> files, SigningKey key) {
        byte[] payload = Json.write(Manifests.statement(subject, files));
        byte[] signature = key.sign(preAuthenticated(payload));
        var stored = new StoredBundle(
                StoredBundle.MEDIA_TYPE,
                new StoredBundle.Material(
                        Optional.of(
                                new StoredBundle.PublicKey(Optional.of(key.id().hex()))),
                        Optional.of(List.of())),
                new StoredBundle.Envelope(
                        StrictBase64.encode(payload),
                        StoredBundle.Envelope.IN_TOTO,
                        List.of(new StoredBundle.EnvelopeSignature(StrictBase64.encode(signature), Optional.of("")))));
        byte[] bytes = Json.write(stored);
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("Cannot sign " + files.size() + " files: the bundle would have "
                    + bytes.length + " bytes, expected at most " + MAX_BYTES);
        }
        return new SignatureBundle(bytes, Optional.of(key.id()), payload, signature);
    }

    /**
     * Reads a bundle. That it reads says nothing about who signed it.
     *
     * @param bytes JSON in UTF-8, at most {@value #MAX_BYTES} bytes; copied
     * @return the bundle
     * @throws RejectedModelException if it is too long or malformed, or not a bundle with one signature by a bare key
     */
    public static SignatureBundle parse(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw refused("it has " + bytes.length + " bytes, expected at most " + MAX_BYTES);
        }
        if (!Arrays.equals(new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes)) {
            throw refused("it is not UTF-8");
        }
        try {
            return of(bytes.clone(), Json.read("signature bundle", bytes, StoredBundle.class));
        } catch (CorruptionException e) {
            throw new RejectedModelException("Cannot read a signature bundle: it is malformed", e);
        }
    }

    /**
     * Reads a bundle from a file.
     *
     * @param file at most {@value #MAX_BYTES} bytes of JSON
     * @return the bundle
     * @throws NotFoundException if there is no such file
     * @throws StorageException if it cannot be read
     * @throws RejectedModelException as of {@link #parse}
     */
    public static SignatureBundle read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return parse(in.readNBytes(MAX_BYTES + 1));
        } catch (NoSuchFileException e) {
            throw new NotFoundException("There is no signature bundle " + file, e);
        } catch (IOException e) {
            throw new StorageException("Cannot read signature bundle " + file, e);
        }
    }

    private static SignatureBundle of(byte[] bytes, StoredBundle stored) {
        requireSame("media type", StoredBundle.MEDIA_TYPE, stored.mediaType());
        StoredBundle.PublicKey key = stored.verificationMaterial()
                .publicKey()
                .orElseThrow(() -> refused("its verification material is no public key, expected one"));
        StoredBundle.Envelope envelope = stored.dsseEnvelope();
        requireSame("payload type", StoredBundle.Envelope.IN_TOTO, envelope.payloadType());
        if (envelope.signatures().size() != 1) {
            throw refused("it has " + envelope.signatures().size() + " signatures, expected 1");
        }
        return new SignatureBundle(
                bytes,
                key.hint().map(SignatureBundle::id),
                decode("payload", envelope.payload()),
                decode("signature", envelope.signatures().get(0).sig()));
    }

    private static Digest id(String hint) {
        try {
            return new Digest(hint);
        } catch (IllegalArgumentException e) {
            throw refused("its key hint is " + Text.quote(hint) + ", expected a SHA-256 in lower-case hexadecimal");
        }
    }

    private static byte[] decode(String what, String text) {
        return StrictBase64.decode(text).orElseThrow(() -> refused("its " + what + " is no canonical base64"));
    }

    static void requireSame(String what, String expected, String seen) {
        if (!seen.equals(expected)) {
            throw refused("its " + what + " is " + Text.quote(seen) + ", expected " + Text.quote(expected));
        }
    }

    static RejectedModelException refused(String why) {
        return new RejectedModelException("Cannot accept a signature bundle: " + why);
    }

    /**
     * Verifies the signature, and only then reads what was signed.
     *
     * @param trusted the keys that count
     * @return which of them signed what
     * @throws RejectedModelException if the bundle's key is not trusted, the key did not sign this statement, or the
     *     statement is no sound model manifest
     */
    public SignedManifest verify(TrustedKeys trusted) {
        return Manifests.read(signer(trusted), payload);
    }

    private VerificationKey signer(TrustedKeys trusted) {
        byte[] message = preAuthenticated(payload);
        if (hint.isEmpty()) {
            return trusted.keys().stream()
                    .filter(key -> key.verifies(message, signature))
                    .findFirst()
                    .orElseThrow(() -> refused("no trusted key signed it, expected one of " + trusted));
        }
        VerificationKey key = trusted.find(hint.get())
                .orElseThrow(() -> refused("key " + hint.get() + " is not trusted, expected one of " + trusted));
        if (!key.verifies(message, signature)) {
            throw refused("its signature is not by " + key + " over this statement");
        }
        return key;
    }

    private static byte[] preAuthenticated(byte[] payload) {
        String type = StoredBundle.Envelope.IN_TOTO;
        var out = new ByteArrayOutputStream(payload.length + type.length() + 32);
        String head = "DSSEv1 " + type.length() + " " + type + " " + payload.length + " ";
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /**
     * The key that the bundle names; nobody vouches for it.
     *
     * @return the key's id, or empty for a bundle of a signer that named none
     */
    public Optional<Digest> claimedKey() {
        return hint;
    }

    /**
     * The bundle as it was read or made.
     *
     * @return JSON in UTF-8; a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The bundle as text.
     *
     * @return JSON; its UTF-8 is {@link #bytes()}
     */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Equal bytes make equal bundles. */
    @Override
    public boolean equals(Object other) {
        return other instanceof SignatureBundle that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "signature bundle " + hint.map(id -> "by " + id).orElse("by an unnamed key");
    }
}
