package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.IDEMPOTENT_REGISTRATION;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a {@link ModelRegistry} promises of versions and their files. */
abstract class RegistrationContract extends RegistryFixture {
    @Test
    void register_everything_isReadBackByAnother() throws IOException {
        ModelRegistry registry = open();
        ModelVersion parent = register(registry, 1);
        var signature = new Signature(
                List.of(
                        TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 14),
                        new OptionalSpec("mask", TensorSpec.of("", ElementType.BOOL, Shape.DYNAMIC))),
                List.of(
                        TensorSpec.of("scalar", ElementType.BOOL),
                        new SequenceSpec("s", new MapSpec("m", ElementType.INT64, ElementType.FLOAT32))));
        var provenance = Provenance.of("9f31c2e")
                .withDataset(new DatasetRef("rides-2005", Digest.of(new byte[] {1}), 1461))
                .withRun("run-1")
                .withParent(parent.id())
                .withEnvironment(Map.of("java.version", "17"));
        clock.advance(Duration.ofHours(1));

        ModelVersion version = registry.register(Registration.of(RIDES)
                .file("model.onnx", content("weights"))
                .file("profile.bin", content("profile"))
                .signature(signature)
                .provenance(provenance)
                .metric("rmse", 2.1)
                .metric("nan", Double.NaN)
                .metric("worst", Double.NEGATIVE_INFINITY)
                .tag("stage", "Ünïcode \uD83D\uDE80\n")
                .description("A model")
                .semVer(SemVer.of(1, 2, 3)));

        ModelVersion read = open().version(RIDES.version(2));
        assertThat(read).isEqualTo(version);
        assertThat(read.id()).isEqualTo(RIDES.version(2));
        assertThat(read.files()).extracting(file -> file.name()).containsExactly("model.onnx", "profile.bin");
        assertThat(read.file("model.onnx").size()).isEqualTo(7);
        assertThat(read.signature()).contains(signature);
        assertThat(read.provenance()).isEqualTo(provenance);
        assertThat(read.metrics())
                .containsEntry("rmse", 2.1)
                .containsEntry("nan", Double.NaN)
                .containsEntry("worst", Double.NEGATIVE_INFINITY);
        assertThat(read.tags()).containsEntry("stage", "Ünïcode \uD83D\uDE80\n");
        assertThat(read.semVer()).contains(SemVer.of(1, 2, 3));
        assertThat(read.registeredAt()).isEqualTo(START.plus(Duration.ofHours(1)));
        assertThat(registry.bytes(read.id(), "profile.bin", 100))
                .asString(UTF_8)
                .isEqualTo("profile");
        try (InputStream in = registry.open(read.id(), "model.onnx")) {
            assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("weights");
        }
    }

    @Test
    void register_file_keepsOnnxUnderItsOneName(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("some name.onnx"), "weights");

        ModelVersion version = open().register(RIDES, file, Provenance.unknown());

        assertThat(version.modelFile().name()).isEqualTo(ModelVersion.MODEL_FILE);
        assertThat(version.modelFile().digest()).isEqualTo(Digest.of("weights".getBytes(UTF_8)));
    }

    @Test
    void register_missingFile_namesIt(@TempDir Path folder) {
        ModelRegistry registry = open();

        assertThatThrownBy(() -> registry.register(RIDES, folder.resolve("gone.onnx"), Provenance.unknown()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("gone.onnx");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void register_noFile_isRefused() {
        assertThatThrownBy(() -> open().register(Registration.of(RIDES)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rides");
    }

    @Test
    void register_numbersEachModelFromOne() {
        ModelRegistry registry = open();

        assertThat(register(registry, 1).id()).isEqualTo(RIDES.version(1));
        assertThat(register(registry, 1).id()).isEqualTo(RIDES.version(2));
        assertThat(registry.register(wish(ModelName.of("taxis"), "t")).id().number())
                .isEqualTo(1);
        assertThat(registry.models()).containsExactly(RIDES, ModelName.of("taxis"));
        assertThat(registry.versions(RIDES))
                .extracting(version -> version.id().number())
                .containsExactly(1, 2);
    }

    @Test
    void register_caseTwin_isRefused() {
        ModelRegistry registry = open();
        register(registry, 1);

        assertThatThrownBy(() -> open().register(wish(ModelName.of("Rides"), "m")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("rides");
        assertThat(registry.models()).containsExactly(RIDES);
    }

    @Test
    void register_takenSemVer_isRefused() {
        ModelRegistry registry = open();
        registry.register(wish(RIDES, "a").semVer(SemVer.of(1, 0, 0)));

        assertThatThrownBy(() -> open().register(wish(RIDES, "b").semVer(SemVer.of(1, 0, 0))))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("1.0.0")
                .hasMessageContaining("rides:1");
        registry.register(wish(ModelName.of("taxis"), "b").semVer(SemVer.of(1, 0, 0)));
    }

    @Test
    void register_unknownParent_isRefused() {
        ModelRegistry registry = open();

        assertThatThrownBy(() -> registry.register(
                        wish(RIDES, "a").provenance(Provenance.unknown().withParent(RIDES.version(7)))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:7");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void register_sameKeyAgain_isTheFirstVersion() {
        ModelRegistry registry = open();
        assume(registry, IDEMPOTENT_REGISTRATION);
        ModelVersion first = registry.register(wish(RIDES, "a").idempotencyKey("trigger-17"));
        register(registry, 2);

        ModelVersion again =
                open().register(wish(RIDES, "a").idempotencyKey("trigger-17").metric("seconds", 3));

        assertThat(again).isEqualTo(first);
        assertThat(registry.versions(RIDES)).hasSize(2);
        assertThat(registry.view().tryRegistered(RIDES, "trigger-17")).contains(first);
        assertThat(registry.view().tryRegistered(RIDES, "trigger-18")).isEmpty();
    }

    @Test
    void register_sameKeyOtherFiles_isRefused() {
        ModelRegistry registry = open();
        assume(registry, IDEMPOTENT_REGISTRATION);
        registry.register(wish(RIDES, "a").idempotencyKey("trigger-17"));

        assertThatThrownBy(() -> registry.register(wish(RIDES, "b").idempotencyKey("trigger-17")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("trigger-17")
                .hasMessageContaining("rides:1");
        assertThat(registry.register(wish(ModelName.of("taxis"), "b").idempotencyKey("trigger-17"))
                        .id()
                        .number())
                .isEqualTo(1);
    }

    @Test
    void register_sameKeyAtOnce_isOneVersion() throws Exception {
        assume(open(), IDEMPOTENT_REGISTRATION);
        List<ModelVersion> versions =
                atOnce(4, registry -> registry.register(wish(RIDES, "a").idempotencyKey("trigger-17")));

        assertThat(versions).containsOnly(versions.get(0));
        assertThat(open().versions(RIDES)).hasSize(1);
    }

    @Test
    void version_unknown_saysWhichThereAre() {
        ModelRegistry registry = open();
        register(registry, 1);

        assertThatThrownBy(() -> registry.version(RIDES.version(2)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:2");
        assertThat(registry.view().tryVersion(RIDES.version(2))).isEmpty();
        assertThat(registry.versions(ModelName.of("nobody"))).isEmpty();
    }

    @Test
    void bytes_unknownFile_saysWhichThereAre() {
        ModelRegistry registry = open();
        VersionId id = register(registry, 1).id();

        assertThatThrownBy(() -> registry.bytes(id, "other.bin", 10))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("model.onnx");
    }

    @Test
    void writers_atOnce_loseNothing() throws Exception {
        int each = 15;
        atOnce(4, registry -> {
            for (int i = 0; i < each; i++) {
                register(registry, i);
            }
            return Optional.empty();
        });

        assertThat(open().versions(RIDES))
                .extracting(version -> version.id().number())
                .hasSize(4 * each)
                .isSorted()
                .doesNotHaveDuplicates()
                .endsWith(4 * each);
    }
}
