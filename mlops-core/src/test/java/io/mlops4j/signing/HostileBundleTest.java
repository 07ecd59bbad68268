package io.mlops4j.signing;

import static io.mlops4j.signing.Bundles.KEY;
import static io.mlops4j.signing.Bundles.RESOURCE;
import static io.mlops4j.signing.Bundles.around;
import static io.mlops4j.signing.Bundles.bundle;
import static io.mlops4j.signing.Bundles.encoded;
import static io.mlops4j.signing.Bundles.files;
import static io.mlops4j.signing.Bundles.hint;
import static io.mlops4j.signing.Bundles.one;
import static io.mlops4j.signing.Bundles.resource;
import static io.mlops4j.signing.Bundles.signature;
import static io.mlops4j.signing.Bundles.signed;
import static io.mlops4j.signing.Bundles.sound;
import static io.mlops4j.signing.Bundles.statement;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a stranger may hand us as a signature. The statements are signed by the trusted key, so only the flaw counts. */
class HostileBundleTest {
    private static final String TYPE = Statement.TYPE;
    private static final String PREDICATE = Statement.PREDICATE_TYPE;
    private static final String MEDIA = StoredBundle.MEDIA_TYPE;
    private static final String IN_TOTO = StoredBundle.Envelope.IN_TOTO;

    private static SignedManifest verify(String bundle) {
        return SignatureBundle.parse(bundle.getBytes(UTF_8)).verify(Bundles.TRUSTED);
    }

    @Test
    void verify_soundByHand_isAccepted() {
        assertThat(verify(signed(sound())).files()).containsExactlyEntriesOf(new java.util.TreeMap<>(Bundles.FILES));
    }

    static Stream<Arguments> envelopes() {
        String payload = encoded(sound().getBytes(UTF_8));
        String sig = one(signature(sound()));
        String us = hint(KEY.id().hex());
        String stranger = SigningKey.generate(Curve.P256).id().hex();
        return Stream.of(
                Arguments.of("malformed", ""),
                Arguments.of("malformed", "null"),
                Arguments.of("malformed", "[]"),
                Arguments.of("malformed", "{}"),
                Arguments.of("malformed", signed(sound()) + "{}"),
                Arguments.of("malformed", signed(sound()).substring(0, 500)),
                Arguments.of("malformed", "[".repeat(100_000)),
                Arguments.of(
                        "malformed",
                        "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + ","
                                + signed(sound()).substring(1)),
                Arguments.of(
                        "malformed",
                        "{\"mediaType\":\"" + MEDIA + "\"," + signed(sound()).substring(1)),
                Arguments.of("1048577 bytes", " ".repeat(SignatureBundle.MAX_BYTES + 1)),
                Arguments.of("media type", bundle("application/json", us, payload, IN_TOTO, sig)),
                Arguments.of("media type", bundle(MEDIA.replace("v0.3", "v0.1"), us, payload, IN_TOTO, sig)),
                Arguments.of(
                        "is no public key",
                        bundle(MEDIA, "\"certificate\":{\"rawBytes\":\"\"}", payload, IN_TOTO, sig)),
                Arguments.of("payload type", bundle(MEDIA, us, payload, "text/plain", sig)),
                Arguments.of("has 0 signatures", bundle(MEDIA, us, payload, IN_TOTO, "")),
                Arguments.of("has 2 signatures", bundle(MEDIA, us, payload, IN_TOTO, sig + "," + sig)),
                Arguments.of("malformed", bundle(MEDIA, us, payload, IN_TOTO, "null")),
                Arguments.of("key hint", bundle(MEDIA, hint("../../key"), payload, IN_TOTO, sig)),
                Arguments.of(
                        "key hint",
                        bundle(MEDIA, hint(KEY.id().hex().toUpperCase(java.util.Locale.ROOT)), payload, IN_TOTO, sig)),
                Arguments.of("is not trusted", bundle(MEDIA, hint(stranger), payload, IN_TOTO, sig)),
                Arguments.of("payload is no canonical base64", bundle(MEDIA, us, payload + "\\n", IN_TOTO, sig)),
                Arguments.of("payload is no canonical base64", bundle(MEDIA, us, "QR==", IN_TOTO, sig)),
                Arguments.of("payload is no canonical base64", bundle(MEDIA, us, "QQ", IN_TOTO, sig)),
                Arguments.of("not by key", bundle(MEDIA, us, "", IN_TOTO, sig)),
                Arguments.of("not by key", around(sound() + " ", sig)),
                Arguments.of("not by key", around(sound(), one(new byte[0]))));
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void verify_flawedEnvelope_isRejected(String flaw, String bundle) {
        assertThatThrownBy(() -> verify(bundle))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining(flaw);
    }

    static Stream<Arguments> statements() {
        String a = Bundles.A.hex();
        return Stream.of(
                Arguments.of("malformed", "no JSON"),
                Arguments.of("malformed", "{\"_type\":\"" + TYPE + "\"," + sound().substring(1)),
                Arguments.of("malformed", sound() + sound()),
                Arguments.of(
                        "statement type",
                        statement(
                                "https://in-toto.io/Statement/v0.1",
                                PREDICATE,
                                "files",
                                "sha256",
                                Bundles.root(1),
                                RESOURCE)),
                Arguments.of(
                        "predicate type",
                        statement(
                                TYPE, "https://slsa.dev/provenance/v1", "files", "sha256", Bundles.root(1), RESOURCE)),
                Arguments.of(
                        "serialization method",
                        statement(TYPE, PREDICATE, "shards", "sha256", Bundles.root(1), RESOURCE)),
                Arguments.of("hash type", statement(TYPE, PREDICATE, "files", "blake2b", Bundles.root(1), RESOURCE)),
                Arguments.of("subject's digest", statement(TYPE, PREDICATE, "files", "sha256", a, RESOURCE)),
                Arguments.of(
                        "0 subjects",
                        sound().replace("[{\"name\":\"m\"", "[")
                                .replace(",\"digest\":{\"sha256\":\"" + Bundles.root(1) + "\"}}]", "]")),
                Arguments.of("names no file", files(0, "")),
                Arguments.of("is named twice", files(2, RESOURCE + "," + RESOURCE)),
                Arguments.of("algorithm for file", files(1, resource("f", "sha512", a))),
                Arguments.of("algorithm for file", files(1, resource("f", "md5", a))),
                Arguments.of("expected 64", files(1, resource("f", "sha256", a.substring(2)))),
                Arguments.of("expected 64", files(1, resource("f", "sha256", a.toUpperCase(java.util.Locale.ROOT)))),
                Arguments.of("malformed", files(1, RESOURCE.replace("\"name\"", "\"nome\""))),
                Arguments.of("consists of dots", files(1, resource("../f", "sha256", a))),
                Arguments.of("consists of dots", files(1, resource("d/../../f", "sha256", a))),
                Arguments.of("consists of dots", files(1, resource(".", "sha256", a))),
                Arguments.of("is empty", files(1, resource("/etc/passwd", "sha256", a))),
                Arguments.of("is empty", files(1, resource("d//f", "sha256", a))),
                Arguments.of("is empty", files(1, resource("d/", "sha256", a))),
                Arguments.of("has 0 characters", files(1, resource("", "sha256", a))),
                Arguments.of("has 1025 characters", files(1, resource("f".repeat(1025), "sha256", a))),
                Arguments.of("backslash", files(1, resource("d\\\\f", "sha256", a))),
                Arguments.of("control character", files(1, resource("f\\u0000", "sha256", a))),
                Arguments.of("control character", files(1, resource("f\\r\\nX: y", "sha256", a))),
                Arguments.of("half a surrogate", files(1, resource("f\\ud800", "sha256", a))));
    }

    @ParameterizedTest
    @MethodSource("statements")
    void verify_flawedStatementByTrustedKey_isRejected(String flaw, String statement) {
        assertThatThrownBy(() -> verify(signed(statement)))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining(flaw);
    }

    @Test
    void verify_otherEncodingsOfTheSameSignature_areRejected() {
        byte[] good = signature(sound());
        BigInteger[] rs = parse(good);
        BigInteger n = Curve.P256.order();
        // The other s is as good as the first: half of all signers' signatures have the greater one.
        assertThat(verify(around(sound(), one(der(rs[0], n.subtract(rs[1]))))).files())
                .hasSize(1);
        for (byte[] bad : List.of(
                append(good, 0),
                Arrays.copyOf(good, good.length - 1),
                der(BigInteger.ZERO, BigInteger.ZERO),
                der(rs[0], BigInteger.ZERO),
                der(n, rs[1]),
                der(rs[0].add(n), rs[1]),
                der(rs[0], rs[1].add(n)),
                der(rs[0], rs[1].negate()),
                longForm(good),
                paddedInteger(rs),
                plain(rs))) {
            assertThatThrownBy(() -> verify(around(sound(), one(bad))))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("not by key");
        }
    }

    private static BigInteger[] parse(byte[] der) {
        int r = der[3];
        int s = der[5 + r];
        return new BigInteger[] {
            new BigInteger(Arrays.copyOfRange(der, 4, 4 + r)), new BigInteger(Arrays.copyOfRange(der, 6 + r, 6 + r + s))
        };
    }

    private static byte[] der(BigInteger r, BigInteger s) {
        return sequence(r.toByteArray(), s.toByteArray());
    }

    private static byte[] paddedInteger(BigInteger[] rs) {
        byte[] r = rs[0].toByteArray();
        byte[] padded = new byte[r.length + 1];
        System.arraycopy(r, 0, padded, 1, r.length);
        return sequence(padded, rs[1].toByteArray());
    }

    private static byte[] sequence(byte[] r, byte[] s) {
        byte[] out = new byte[6 + r.length + s.length];
        out[0] = 0x30;
        out[1] = (byte) (out.length - 2);
        out[2] = 0x02;
        out[3] = (byte) r.length;
        System.arraycopy(r, 0, out, 4, r.length);
        out[4 + r.length] = 0x02;
        out[5 + r.length] = (byte) s.length;
        System.arraycopy(s, 0, out, 6 + r.length, s.length);
        return out;
    }

    private static byte[] longForm(byte[] der) {
        byte[] out = new byte[der.length + 1];
        out[0] = 0x30;
        out[1] = (byte) 0x81;
        System.arraycopy(der, 1, out, 2, der.length - 1);
        return out;
    }

    private static byte[] plain(BigInteger[] rs) {
        return (rs[0].toString(16) + rs[1].toString(16)).getBytes(UTF_8);
    }

    private static byte[] append(byte[] bytes, int b) {
        byte[] out = Arrays.copyOf(bytes, bytes.length + 1);
        out[bytes.length] = (byte) b;
        return out;
    }

    @Test
    void verify_anyFlippedBit_isRejectedOrChangesNothing() {
        byte[] good = SignatureBundle.sign("rides", Bundles.FILES, KEY).bytes();
        List<Integer> survived = new ArrayList<>();
        for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
            byte[] flipped = good.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            try {
                SignedManifest manifest = SignatureBundle.parse(flipped).verify(Bundles.TRUSTED);
                assertThat(manifest.files()).isEqualTo(new java.util.TreeMap<>(Bundles.FILES));
                survived.add(bit / Byte.SIZE);
            } catch (RejectedModelException rejected) {
                assertThat(rejected).hasMessageStartingWith("Cannot ");
            }
        }
        // Only names of fields that are not evaluated (hint, tlogEntries, keyid) may change.
        assertThat(survived).allSatisfy(at -> assertThat(fieldAt(good, at)).isIn("hint", "tlogEntries", "keyid"));
    }

    private static String fieldAt(byte[] json, int at) {
        String text = new String(json, UTF_8);
        int from = text.lastIndexOf('"', at - 1) + 1;
        return text.substring(from, text.indexOf('"', from));
    }

    @Test
    void parse_noise_isRejected() {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        byte[] good = SignatureBundle.sign("rides", Bundles.FILES, KEY).bytes();
        for (int i = 0; i < 2000; i++) {
            byte[] noisy = good.clone();
            for (int changes = 2 + random.nextInt(20); changes > 0; changes--) {
                noisy[random.nextInt(noisy.length)] = (byte) random.nextInt();
            }
            assertThatThrownBy(() -> {
                        SignedManifest manifest = SignatureBundle.parse(noisy).verify(Bundles.TRUSTED);
                        if (manifest.files().equals(Bundles.FILES)) {
                            throw new RejectedModelException("only unevaluated fields changed");
                        }
                    })
                    .as("seed %s, round %s", seed, i)
                    .isInstanceOf(RejectedModelException.class);
        }
    }

    @Test
    void verify_forgedBySomeoneElseUnderOurHint_isRejected() {
        SigningKey mallory = SigningKey.generate(Curve.P256);
        byte[] forged = new String(
                        SignatureBundle.sign("rides", Bundles.FILES, mallory).bytes(), UTF_8)
                .replace(mallory.id().hex(), KEY.id().hex())
                .getBytes(UTF_8);
        assertThatThrownBy(() -> SignatureBundle.parse(forged).verify(Bundles.TRUSTED))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("not by key " + KEY.id());
    }

    @Test
    void requireFiles_anyDifference_isRejectedByName() {
        SignedManifest manifest =
                SignatureBundle.sign("rides", Bundles.FILES, KEY).verify(Bundles.TRUSTED);
        Digest b = Digest.of("b".getBytes(UTF_8));
        manifest.requireFiles("rides:1", Bundles.FILES);
        assertThatThrownBy(() -> manifest.requireFiles("rides:1", java.util.Map.of()))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("rides:1")
                .hasMessageContaining("\"model.onnx\" is missing, expected with " + Bundles.A);
        assertThatThrownBy(() -> manifest.requireFiles("rides:1", java.util.Map.of("model.onnx", b)))
                .hasMessageContaining("has " + b + ", expected " + Bundles.A);
        assertThatThrownBy(() -> manifest.requireFiles("rides:1", java.util.Map.of("model.onnx", Bundles.A, "x", b)))
                .hasMessageContaining("\"x\" was not signed");
    }
}
