package io.mlops4j.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureBundleTest {
    /** The files of make_golden.py. */
    private static final Map<String, Digest> GOLDEN = Map.of(
            "model.onnx", Digest.of("a model\n".getBytes(UTF_8)),
            "weights/part.bin", Digest.of("its weights\n".getBytes(UTF_8)),
            "weights.txt", Digest.of("\n".getBytes(UTF_8)));

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = SignatureBundleTest.class.getResourceAsStream("/golden/signing/" + name)) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"p256", "p384", "p521", "p256-no-hint"})
    void verify_bundleOfAnotherSigner_isAccepted(String name) throws IOException {
        TrustedKeys trusted = TrustedKeys.parse(new String(golden(name + ".pub.pem"), UTF_8));
        SignatureBundle bundle = SignatureBundle.parse(golden(name + ".sig"));
        SignedManifest manifest = bundle.verify(trusted);
        assertThat(manifest.subject()).isEqualTo("golden");
        assertThat(trusted.keys()).containsExactly(manifest.key());
        manifest.requireFiles("golden", GOLDEN);
        assertThat(bundle.claimedKey().isEmpty()).isEqualTo(name.endsWith("no-hint"));
        TrustedKeys others =
                TrustedKeys.of(SigningKey.generate(manifest.key().curve()).verificationKey());
        assertThatThrownBy(() -> bundle.verify(others)).isInstanceOf(RejectedModelException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p256", "p384", "p521"})
    void parse_keyOfAnotherSigner_hasTheSamePublicHalf(String name) throws IOException {
        SigningKey key = SigningKey.parse(new String(golden(name + ".test-key.pem"), UTF_8));
        assertThat(key.verificationKey().pem()).isEqualTo(new String(golden(name + ".pub.pem"), UTF_8));
        assertThat(key.id()).isEqualTo(Digest.of(golden(name + ".pub.pem")));
    }

    @ParameterizedTest
    @EnumSource(Curve.class)
    void sign_thenVerify_givesTheFiles(Curve curve) {
        SigningKey key = SigningKey.generate(curve);
        SignatureBundle bundle = SignatureBundle.sign("rides:3", GOLDEN, key);
        SignatureBundle read = SignatureBundle.parse(bundle.bytes());
        SignedManifest manifest = read.verify(TrustedKeys.of(Bundles.KEY.verificationKey(), key.verificationKey()));
        assertThat(manifest.key()).isEqualTo(key.verificationKey());
        assertThat(manifest.subject()).isEqualTo("rides:3");
        assertThat(manifest.files()).containsOnlyKeys("model.onnx", "weights.txt", "weights/part.bin");
        assertThat(read).isEqualTo(bundle);
        assertThat(read.claimedKey()).contains(key.id());
    }

    @Test
    void sign_namesBeyondThePlane_areSortedByCodePoint() {
        String ascii = "z";
        String high = "\uD83D\uDE00";
        String last = "\uFF5E";
        SignatureBundle bundle =
                SignatureBundle.sign("m", Map.of(high, Bundles.A, last, Bundles.A, ascii, Bundles.A), Bundles.KEY);
        var stored = Json.read("bundle", bundle.bytes(), StoredBundle.class);
        byte[] payload = StrictBase64.decode(stored.dsseEnvelope().payload()).orElseThrow();
        List<String> names = new ArrayList<>();
        Json.read("statement", payload, Statement.class)
                .predicate()
                .resources()
                .forEach(resource -> names.add(resource.name()));
        assertThat(names).containsExactly(ascii, last, high);
    }

    @Test
    void sign_badFiles_isRefused() {
        assertThatThrownBy(() -> SignatureBundle.sign("m", Map.of(), Bundles.KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no file");
        assertThatThrownBy(() -> SignatureBundle.sign("m", Map.of("../f", Bundles.A), Bundles.KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"../f\"");
    }

    @Test
    void read_file_isBounded(@TempDir Path folder) throws IOException {
        Path file = folder.resolve(SignatureBundle.FILE);
        SignatureBundle bundle = SignatureBundle.sign("m", Bundles.FILES, Bundles.KEY);
        Files.write(file, bundle.bytes());
        assertThat(SignatureBundle.read(file)).isEqualTo(bundle);
        Files.write(file, new byte[SignatureBundle.MAX_BYTES + 1]);
        assertThatThrownBy(() -> SignatureBundle.read(file)).isInstanceOf(RejectedModelException.class);
        assertThatThrownBy(() -> SignatureBundle.read(folder.resolve("none")))
                .isInstanceOf(io.mlops4j.NotFoundException.class);
    }
}
