package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * The public half of a key: tells who signed. Equal if it is the same key.
 *
 * <p>Its {@link #id()} is the SHA-256 of its PEM, {@code sha256sum key.pub.pem} where OpenSSL wrote the file: the one by
 * which a bundle of the format's reference implementation names its key.
 *
 * <p>Immutable.
 */
public final class VerificationKey {
    static final String LABEL = "PUBLIC KEY";

    private final ECPublicKey key;
    private final Curve curve;
    private final String pem;
    private final Digest id;

    private VerificationKey(ECPublicKey key, Curve curve) {
        this.key = key;
        this.curve = curve;
        this.pem = Pem.write(LABEL, key.getEncoded());
        this.id = Digest.of(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Reads a key.
     *
     * @param pem one PEM block {@code PUBLIC KEY} (an X.509 SubjectPublicKeyInfo) of a key on P-256, P-384 or P-521 by
     *     name, its point uncompressed
     * @return the key
     * @throws RejectedInputException if it is anything else
     */
    public static VerificationKey parse(String pem) {
        return decode(Pem.readOne("public key", LABEL, requireNonNull(pem, "pem")));
    }

    static VerificationKey decode(byte[] der) {
        try {
            var key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
            if (!Arrays.equals(key.getEncoded(), der)) {
                throw new RejectedInputException("Cannot read public key: it is not in its canonical form");
            }
            return of(key);
        } catch (GeneralSecurityException e) {
            throw new RejectedInputException("Cannot read public key: it is no elliptic-curve key", e);
        }
    }

    static VerificationKey of(ECPublicKey key) {
        Curve curve = Curve.of(key)
                .orElseThrow(() ->
                        new RejectedInputException("Cannot use public key: it is on another curve, expected one of "
                                + Arrays.toString(Curve.values())));
        if (!curve.holds(key.getW())) {
            throw new RejectedInputException("Cannot use public key: its point is not on " + curve);
        }
        return new VerificationKey(key, curve);
    }

    /**
     * Names the key.
     *
     * @return the SHA-256 of {@link #pem()}
     */
    public Digest id() {
        return id;
    }

    /**
     * The key as text.
     *
     * @return one PEM block, its lines ended by a line feed
     */
    public String pem() {
        return pem;
    }

    /**
     * The curve that the key is on.
     *
     * @return it decides the hash
     */
    public Curve curve() {
        return curve;
    }

    /** Whether this key signed the message; false too for a signature in another form than the canonical one. */
    boolean verifies(byte[] message, byte[] signature) {
        if (!DerSignature.isCanonical(signature, curve.order())) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(curve.algorithm());
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform cannot verify " + curve.algorithm(), e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKey that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    /** The id, which is what people compare. */
    @Override
    public String toString() {
        return "key " + id;
    }
}
