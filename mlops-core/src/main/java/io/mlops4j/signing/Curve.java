package io.mlops4j.signing;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.Optional;

/**
 * The curves that model signatures are made with, each with its hash. They are the ones of the Sigstore protocol
 * buffers: P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512.
 *
 * <p>Immutable.
 */
public enum Curve {
    /** NIST P-256, signed over SHA-256: what to take unless told otherwise. */
    P256("secp256r1", "SHA256withECDSA"),
    /** NIST P-384, signed over SHA-384. */
    P384("secp384r1", "SHA384withECDSA"),
    /** NIST P-521, signed over SHA-512. */
    P521("secp521r1", "SHA512withECDSA");

    private final String platformName;
    private final String algorithm;

    Curve(String platformName, String algorithm) {
        this.platformName = platformName;
        this.algorithm = algorithm;
    }

    /** The name of the signature algorithm. */
    String algorithm() {
        return algorithm;
    }

    ECGenParameterSpec generation() {
        return new ECGenParameterSpec(platformName);
    }

    ECParameterSpec parameters() {
        try {
            AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
            named.init(generation());
            return named.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform lacks the curve " + platformName, e);
        }
    }

    BigInteger order() {
        return parameters().getOrder();
    }

    /** The curve that a key lies on, if it is one of these. */
    static Optional<Curve> of(ECKey key) {
        ECParameterSpec spec = key.getParams();
        for (Curve curve : values()) {
            ECParameterSpec known = curve.parameters();
            if (known.getCurve().equals(spec.getCurve())
                    && known.getGenerator().equals(spec.getGenerator())
                    && known.getOrder().equals(spec.getOrder())
                    && known.getCofactor() == spec.getCofactor()) {
                return Optional.of(curve);
            }
        }
        return Optional.empty();
    }

    /** Whether a point lies on the curve: y² = x³ + ax + b mod p. */
    boolean holds(ECPoint point) {
        if (point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger p = prime();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        return x.signum() >= 0
                && y.signum() >= 0
                && x.compareTo(p) < 0
                && y.compareTo(p) < 0
                && y.multiply(y).mod(p).equals(rightSide(x));
    }

    /**
     * One of the two points with this x, the other has p − y. For all three curves p ≡ 3 mod 4, so that a root of s is
     * s^((p+1)/4) (SEC 1, 2.3.4).
     */
    ECPoint pointAt(BigInteger x) {
        BigInteger p = prime();
        return new ECPoint(x, rightSide(x).modPow(p.add(BigInteger.ONE).shiftRight(2), p));
    }

    BigInteger prime() {
        return ((ECFieldFp) parameters().getCurve().getField()).getP();
    }

    private BigInteger rightSide(BigInteger x) {
        EllipticCurve curve = parameters().getCurve();
        return x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime());
    }
}
