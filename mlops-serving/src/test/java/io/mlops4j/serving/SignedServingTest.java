package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.signing.Curve;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.signing.SigningKey;
import io.mlops4j.signing.TrustedKeys;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignedServingTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Alias CHAMPION = RIDES.alias("champion");
    private static final float[] ROW = {1, 2};
    private static final SigningKey KEY = SigningKey.generate(Curve.P256);
    private static final SigningKey STRANGER = SigningKey.generate(Curve.P256);
    private static final TrustedKeys TRUSTED = TrustedKeys.of(KEY.verificationKey());

    @TempDir
    private Path folder;

    /** A model whose answer is the value, its signature beside it. */
    private ModelFile signed(float value, SigningKey key) throws IOException {
        Path model = Files.write(folder.resolve("rides" + value + ".onnx"), OnnxModels.constant(2, value));
        Path signature = folder.resolve("rides" + value + ".sig");
        Map<String, Digest> files = Map.of(model.getFileName().toString(), Digest.of(Files.readAllBytes(model)));
        Files.write(signature, SignatureBundle.sign("rides", files, key).bytes());
        return ModelFile.of(model).signedIn(signature);
    }

    private ModelServer serving(ModelFile file) {
        return ModelServer.builder().signedBy(TRUSTED).serve(RIDES, file).start();
    }

    private void refuses(ModelFile file, String why) throws IOException {
        try (ModelServer server = serving(signed(1, KEY))) {
            assertThatThrownBy(() -> server.swap(RIDES, file))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("rides:2")
                    .hasMessageContaining(KEY.id().toString())
                    .hasMessageContaining(why);
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
            assertThat(server.served()).containsEntry(RIDES, RIDES.version(1));
        }
        assertThatThrownBy(() -> serving(file)).isInstanceOf(RejectedModelException.class);
    }

    @Test
    void swap_signedModel_isServed() throws IOException {
        try (ModelServer server = serving(signed(1, KEY))) {
            server.swap(RIDES, signed(2, KEY));
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
        }
    }

    @Test
    void swap_unsignedModel_isRefused() throws IOException {
        refuses(ModelFile.of(signed(2, KEY).path()), "it has none");
    }

    @Test
    void swap_removedSignature_isRefused() throws IOException {
        ModelFile file = signed(2, KEY);
        Files.delete(file.bundle().orElseThrow());
        try (ModelServer server = serving(signed(1, KEY))) {
            assertThatThrownBy(() -> server.swap(RIDES, file)).isInstanceOf(NotFoundException.class);
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
    }

    @Test
    void swap_signedByAStranger_isRefused() throws IOException {
        refuses(signed(2, STRANGER), "key " + STRANGER.id() + " is not trusted");
    }

    @Test
    void swap_signatureOfAnotherModel_isRefused() throws IOException {
        ModelFile other = signed(3, KEY);
        ModelFile file = signed(2, KEY);
        Files.copy(other.path(), file.path(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        refuses(file, "has " + Digest.of(Files.readAllBytes(other.path())));
        refuses(ModelFile.of(signed(4, KEY).path()).signedIn(other.bundle().orElseThrow()), "is missing");
    }

    @Test
    void swap_anyFlippedBitOfTheModel_isRefused() throws IOException {
        ModelFile file = signed(2, KEY);
        byte[] good = Files.readAllBytes(file.path());
        try (ModelServer server = serving(signed(1, KEY))) {
            for (int at = 0; at < good.length; at += 17) {
                byte[] flipped = good.clone();
                flipped[at] ^= (byte) (1 << at % Byte.SIZE);
                Files.write(file.path(), flipped);
                assertThatThrownBy(() -> server.swap(RIDES, file)).isInstanceOf(RejectedModelException.class);
            }
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
    }

    @Test
    void swap_unsignedCompanion_isRefused() throws IOException {
        Path extra = Files.write(folder.resolve("extra.bin"), new byte[] {1});
        refuses(signed(2, KEY).with(extra), "\"extra.bin\" was not signed");
    }

    @Test
    void swap_oneGoodSignatureAmongOthers_isServed() throws IOException {
        byte[] bytes = OnnxModels.constant(2, 2);
        Map<String, Digest> files = Map.of("model.onnx", Digest.of(bytes));
        VerifiedModel model = OnnxModels.verified("rides", bytes);
        try (ModelServer server = serving(signed(1, KEY))) {
            server.swap(
                    RIDES,
                    model.withSignatures(List.of(
                            SignatureBundle.sign("rides", files, STRANGER),
                            SignatureBundle.sign("rides", files, KEY))));
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
        }
    }

    @Test
    void start_withoutTheDemand_servesUnsignedModels() throws IOException {
        Path model = signed(2, STRANGER).path();
        try (ModelServer server = ModelServer.builder().serve(RIDES, model).start()) {
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
        }
    }

    @Test
    void refresh_registryVersions_onlySignedOnesAreServed() {
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, Clock.systemUTC());
        ModelVersion v1 = version(registry, 1);
        ModelVersion v2 = version(registry, 2);
        registry.edit(v1).sign(KEY).because("release", "ci");
        registry.move(CHAMPION).to(v1).because("first", "ana");
        try (ModelServer server =
                ModelServer.of(registry).signedBy(TRUSTED).serve(CHAMPION).start()) {
            registry.move(CHAMPION).to(v2).because("better", "ana");
            assertRefused(server, "it has none");
            registry.edit(v2).sign(STRANGER).because("mine", "mallory");
            assertRefused(server, "is not trusted");
            registry.edit(v2).attach(registry.signatures(v1.id()).get(0)).because("of another version", "mallory");
            assertRefused(server, "has " + v2.modelFile().digest());
            registry.edit(v2).sign(KEY).because("release", "ci");
            server.refresh(RIDES);
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
        }
    }

    private static void assertRefused(ModelServer server, String why) {
        assertThatThrownBy(() -> server.refresh(RIDES))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("rides:2")
                .hasMessageContaining(KEY.id().toString())
                .hasMessageContaining(why);
        assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        assertThat(server.served()).containsEntry(RIDES, RIDES.version(1));
    }

    @Test
    void refresh_flippedBitInTheStore_isRefused() throws IOException {
        Path root = folder.resolve("store");
        try (var store = FileObjectStore.open(root)) {
            StoreRegistry registry = StoreRegistry.open(store, Clock.systemUTC());
            ModelVersion v1 = version(registry, 1);
            registry.edit(v1).sign(KEY).because("release", "ci");
            registry.move(CHAMPION).to(v1).because("first", "ana");
            Path blob;
            try (var files = Files.walk(root.resolve("blobs"))) {
                blob = files.filter(Files::isRegularFile).findFirst().orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(blob);
            bytes[bytes.length / 2] ^= 1;
            Files.write(blob, bytes);
            assertThatThrownBy(() -> ModelServer.of(registry)
                            .signedBy(TRUSTED)
                            .serve(CHAMPION)
                            .start())
                    .isInstanceOf(RejectedModelException.class);
        }
    }

    private static ModelVersion version(StoreRegistry registry, float value) {
        return registry.register(
                Registration.of(RIDES).file(ModelVersion.MODEL_FILE, Content.of(OnnxModels.constant(2, value))));
    }
}
