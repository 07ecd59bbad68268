package io.mlops4j.signing;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.KeyAgreement;

/**
 * The private half of a key: signs. It never shows its secret but by {@link #pem()}.
 *
 * <pre>{@code
 * var key = SigningKey.generate(Curve.P256);
 * Files.writeString(secret, key.pem());
 * Files.writeString(open, key.verificationKey().pem());
 * }</pre>
 *
 * <p>Immutable.
 */
public final class SigningKey {
    private static final String LABEL = "PRIVATE KEY";

    private final ECPrivateKey key;
    private final VerificationKey verificationKey;

    private SigningKey(ECPrivateKey key, VerificationKey verificationKey) {
        this.key = key;
        this.verificationKey = verificationKey;
    }

    /**
     * Makes a new key from the platform's secure random source.
     *
     * @param curve {@link Curve#P256} in most cases
     * @return the key
     */
    public static SigningKey generate(Curve curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(curve.generation());
            KeyPair pair = generator.generateKeyPair();
            return new SigningKey((ECPrivateKey) pair.getPrivate(), VerificationKey.of((ECPublicKey) pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform cannot make keys on " + curve, e);
        }
    }

    /**
     * Reads a key.
     *
     * @param pem one unencrypted PEM block {@code PRIVATE KEY} (PKCS #8) of a key on P-256, P-384 or P-521
     * @return the key; its public half is computed, not read
     * @throws RejectedInputException if it is anything else; the message does not quote it
     */
    public static SigningKey parse(String pem) {
        byte[] der = Pem.readOne("private key", LABEL, requireNonNull(pem, "pem"));
        try {
            var key = (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            Curve curve = Curve.of(key)
                    .orElseThrow(() -> new RejectedInputException("Cannot use private key: it is on another curve, "
                            + "expected one of " + Arrays.toString(Curve.values())));
            if (key.getS().signum() <= 0 || key.getS().compareTo(curve.order()) >= 0) {
                throw new RejectedInputException("Cannot use private key: it is out of the range of " + curve);
            }
            return new SigningKey(key, publicHalf(key, curve));
        } catch (GeneralSecurityException e) {
            // The cause is left out: it might quote the key.
            throw new RejectedInputException("Cannot read private key: it is no elliptic-curve key in PKCS #8");
        }
    }

    /**
     * The platform has no call for secret × generator, but agreeing with the generator as the other side's public key
     * gives the x of just that point, by the platform's own constant-time arithmetic. Of the two points with that x, the
     * one under which a signature verifies is the key's.
     */
    private static VerificationKey publicHalf(ECPrivateKey key, Curve curve) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(key);
        agreement.doPhase(at(curve.parameters().getGenerator(), curve), true);
        ECPoint one = curve.pointAt(new BigInteger(1, agreement.generateSecret()));
        var other = new ECPoint(one.getAffineX(), curve.prime().subtract(one.getAffineY()));
        byte[] probe = "which of two".getBytes(StandardCharsets.US_ASCII);
        byte[] signature = sign(key, curve, probe);
        VerificationKey first = VerificationKey.of(at(one, curve));
        return first.verifies(probe, signature) ? first : VerificationKey.of(at(other, curve));
    }

    private static ECPublicKey at(ECPoint point, Curve curve) throws GeneralSecurityException {
        return (ECPublicKey)
                KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, curve.parameters()));
    }

    private static byte[] sign(ECPrivateKey key, Curve curve, byte[] message) throws GeneralSecurityException {
        Signature signer = Signature.getInstance(curve.algorithm());
        signer.initSign(key);
        signer.update(message);
        return signer.sign();
    }

    /**
     * Names the key.
     *
     * @return the id of its public half
     */
    public Digest id() {
        return verificationKey.id();
    }

    /**
     * The public half, to be given away.
     *
     * @return verifies what this key signs
     */
    public VerificationKey verificationKey() {
        return verificationKey;
    }

    /**
     * The secret as text. Keep it where nobody else can read it.
     *
     * @return one PEM block, PKCS #8, unencrypted
     */
    public String pem() {
        return Pem.write(LABEL, key.getEncoded());
    }

    byte[] sign(byte[] message) {
        try {
            return sign(key, verificationKey.curve(), message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform cannot sign with " + this, e);
        }
    }

    /** The public id only. */
    @Override
    public String toString() {
        return "signing " + verificationKey;
    }
}
