package io.mlops4j.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyTest {
    @ParameterizedTest
    @EnumSource(Curve.class)
    void pem_ofAKey_readsBackAsTheSameKey(Curve curve) {
        for (int i = 0; i < 8; i++) { // of the two candidates for the public half each is right half of the time
            SigningKey key = SigningKey.generate(curve);
            SigningKey read = SigningKey.parse(key.pem());
            assertThat(read.verificationKey()).isEqualTo(key.verificationKey());
            assertThat(VerificationKey.parse(key.verificationKey().pem())).isEqualTo(key.verificationKey());
            assertThat(read.verificationKey().curve()).isEqualTo(curve);
        }
    }

    @Test
    void toString_ofASigningKey_keepsTheSecret() {
        assertThat(Bundles.KEY.toString()).isEqualTo("signing key " + Bundles.KEY.id());
    }

    @Test
    void parse_flawedPem_isRejectedWithoutQuotingIt() {
        String pem = Bundles.KEY.verificationKey().pem();
        String body = pem.lines().toList().get(1);
        for (String bad : List.of(
                "",
                "x" + pem,
                pem + "x",
                pem + pem,
                pem.replace("PUBLIC", "PRIVATE"),
                pem.replace("-----END PUBLIC KEY-----", ""),
                pem.replace(body, body + "\n"),
                pem.replace(body, " " + body.substring(1)),
                pem.replace(body, body + body),
                pem.replace(body, "AAAA"),
                pem.replace(body, "!" + body.substring(1)),
                " ".repeat(70_000))) {
            assertThatThrownBy(() -> VerificationKey.parse(bad))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageNotContaining(body);
        }
        assertThat(VerificationKey.parse(pem.replace("\n", "\r\n"))).isEqualTo(Bundles.KEY.verificationKey());
    }

    @Test
    void parse_trailingBytesInTheKey_isRejected() {
        byte[] der = der(Bundles.KEY.verificationKey().pem());
        byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
        assertThatThrownBy(() -> VerificationKey.parse(Pem.write("PUBLIC KEY", longer)))
                .isInstanceOf(RejectedInputException.class);
    }

    @Test
    void parse_pointOffTheCurve_isRejected() throws Exception {
        var key = (ECPublicKey) KeyFactory.getInstance("EC")
                .generatePublic(new java.security.spec.X509EncodedKeySpec(
                        der(Bundles.KEY.verificationKey().pem())));
        var off = new ECPoint(key.getW().getAffineX(), key.getW().getAffineY().xor(BigInteger.ONE));
        byte[] der = KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(off, key.getParams()))
                .getEncoded();
        assertThatThrownBy(() -> VerificationKey.parse(Pem.write("PUBLIC KEY", der)))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("not on P256");
    }

    @Test
    void parse_keyOfAnotherKind_isRejected() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        var pair = rsa.generateKeyPair();
        String secret = Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded());
        assertThatThrownBy(() -> VerificationKey.parse(
                        Pem.write("PUBLIC KEY", pair.getPublic().getEncoded())))
                .isInstanceOf(RejectedInputException.class);
        assertThatThrownBy(() -> SigningKey.parse(secret))
                .isInstanceOf(RejectedInputException.class)
                .hasNoCause();
        assertThatThrownBy(
                        () -> SigningKey.parse("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"))
                .hasMessageContaining("openssl pkcs8");
    }

    @Test
    void trustedKeys_asText_readBack() {
        TrustedKeys keys = TrustedKeys.of(
                Bundles.KEY.verificationKey(), SigningKey.generate(Curve.P521).verificationKey());
        assertThat(TrustedKeys.parse(keys.pem())).isEqualTo(keys);
        assertThat(keys.find(Bundles.KEY.id())).contains(Bundles.KEY.verificationKey());
        assertThatThrownBy(() -> TrustedKeys.parse("")).isInstanceOf(RejectedInputException.class);
        assertThatThrownBy(() -> TrustedKeys.of()).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] der(String pem) {
        List<String> lines = pem.lines().toList();
        return Base64.getDecoder()
                .decode(String.join("", lines.subList(1, lines.size() - 1)).getBytes(UTF_8));
    }
}
