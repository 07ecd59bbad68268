package io.mlops4j.serving;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.inference.Inference;
import io.mlops4j.inference.OutcomeJoiner;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import io.mlops4j.testkit.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The front that callers see. */
final class ModelServerTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Alias CHAMPION = RIDES.alias("champion");
    private static final float[] ROW = {1, 2};
    private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(ROW, 1, 2));

    @TempDir
    Path folder;

    @Test
    void predict_file_namesItsVersion() throws IOException {
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, file("a.onnx", 7))
                .ids(() -> "request-1")
                .start()) {
            Prediction prediction = server.predict(RIDES, X);
            assertThat(prediction.id()).isEqualTo("request-1");
            assertThat(prediction.version()).isEqualTo(RIDES.version(1));
            assertThat(prediction.tensor("y")).isEqualTo(Tensor.ofFloats(new float[] {7}, 1, 1));
            assertThat(server.score(RIDES, ROW)).isEqualTo(7);
            assertThat(server.signature(RIDES).inputs()).hasSize(1);
            assertThatThrownBy(() -> prediction.sequence("y")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void predict_withoutIdSource_givesDistinctIds() throws IOException {
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 7)).start()) {
            assertThat(server.predict(RIDES, X).id())
                    .isNotEqualTo(server.predict(RIDES, X).id());
        }
    }

    @Test
    void predict_unknownName_isNotFound() throws IOException {
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 7)).start()) {
            ModelName other = ModelName.of("other");
            assertThatThrownBy(() -> server.predict(other, X))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("other")
                    .hasMessageContaining("rides");
            assertThatThrownBy(() -> server.score(other, ROW)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> server.refresh(other)).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void score_intoArray_givesAllNumbers() {
        try (ModelServer server = serving(OnnxModels.linear(2, 3, 5))) {
            float[] out = new float[3];
            server.score(RIDES, ROW, out);
            assertThat(out).containsExactly(server.predict(RIDES, X).tensor("y").floats());
            assertThatThrownBy(() -> server.score(RIDES, ROW, new float[2]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.score(RIDES, new float[3], out)).isInstanceOf(RejectedInputException.class);
        }
    }

    @Test
    void score_intoTheRowItself_tellsListenersWhatWasAsked() {
        List<Inference> heard = new ArrayList<>();
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, OnnxModels.verified("rides:1", OnnxModels.linear(2, 2, 5)))
                .observedBy(heard::add)
                .start()) {
            float[] row = ROW.clone();
            server.score(RIDES, row, row);
            assertThat(row).isNotEqualTo(ROW);
            assertThat(heard).singleElement().satisfies(inference -> {
                assertThat(inference.inputs()).containsEntry("x", Tensor.ofFloats(ROW, 1, 2));
                assertThat(inference.outputs()).containsEntry("y", Tensor.ofFloats(row, 1, 2));
            });
        }
    }

    @Test
    void score_modelOfAnotherForm_isRejectedByType() {
        try (ModelServer server = serving(OnnxModels.identity(ElementType.FLOAT64, 1, 2))) {
            assertThatThrownBy(() -> server.score(RIDES, ROW))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("rides:1");
        }
    }

    @Test
    void swap_anotherFile_countsVersions() throws IOException {
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 1)).start()) {
            assertThat(server.swap(RIDES, ModelFile.of(file("b.onnx", 2)))).isEqualTo(RIDES.version(2));
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
            assertThat(server.served()).containsExactly(Map.entry(RIDES, RIDES.version(2)));
            assertThatThrownBy(() -> server.refresh(RIDES)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "some text", "\u0008\u0008broken"})
    void swap_brokenFile_leavesTheOldOneServing(String content) throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.onnx"), content, StandardCharsets.ISO_8859_1);
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 1)).start()) {
            assertThatThrownBy(() -> server.swap(RIDES, ModelFile.of(broken)))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("rides:2");
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
            assertThat(server.served()).containsEntry(RIDES, RIDES.version(1));
            assertThat(server.swap(RIDES, ModelFile.of(file("b.onnx", 2)))).isEqualTo(RIDES.version(2));
        }
    }

    @Test
    void swap_missingFile_isNotFoundAndLeavesTheOldOneServing() throws IOException {
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 1)).start()) {
            assertThatThrownBy(() -> server.swap(RIDES, ModelFile.of(folder.resolve("none.onnx"))))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("none.onnx");
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
    }

    @Test
    void swap_otherDigest_isRejected() throws IOException {
        ModelFile other = ModelFile.of(file("b.onnx", 2)).expecting(Digest.of(new byte[0]));
        try (ModelServer server =
                ModelServer.builder().serve(RIDES, file("a.onnx", 1)).start()) {
            assertThatThrownBy(() -> server.swap(RIDES, other))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("rides:2")
                    .hasMessageContaining("sha256:");
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
    }

    @Test
    void swap_failedWarmUpRequest_leavesTheOldOneServing() throws IOException {
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, file("a.onnx", 1))
                .warmUp(WarmUp.by(List.of(X)))
                .start()) {
            VerifiedModel wider = OnnxModels.verified("rides:2", OnnxModels.constant(3, 2));
            assertThatThrownBy(() -> server.swap(RIDES, wider))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("warm-up");
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
        }
    }

    @Test
    void start_noRuntimeForTheFile_isRejectedWithTheRuntimes() {
        var builder = ModelServer.builder()
                .serve(RIDES, VerifiedModel.verify("rides:1", "m.pkl", ROCKS, Digest.of(ROCKS), Map.of()));
        assertThatThrownBy(builder::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("m.pkl")
                .hasMessageContaining("onnxruntime");
    }

    private static final byte[] ROCKS = {(byte) 0x80, 4};

    @Test
    void start_oneOfTwoBroken_freesTheOther() {
        var fine = new FakeModel();
        var builder = ModelServer.builder()
                .serve(RIDES, OnnxModels.verified("rides:1", ROCKS))
                .serve(ModelName.of("broken"), folder.resolve("none.onnx"))
                .warmUp(WarmUp.none())
                .runtime(FakeModel.runtime(fine));
        assertThatThrownBy(builder::start).isInstanceOf(NotFoundException.class);
        assertThat(fine.closes).hasValue(1);
    }

    @Test
    void serve_twiceOrWithoutSource_isRefused() throws IOException {
        var builder = ModelServer.builder().serve(RIDES, file("a.onnx", 1));
        assertThatThrownBy(() -> builder.serve(RIDES, folder)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.serve(CHAMPION)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refresh_movedAlias_servesItsVersion() {
        var source = FakeSource.ofNumbers().move(CHAMPION, 3);
        try (ModelServer server = ModelServer.of(source).serve(CHAMPION).start()) {
            assertThat(server.predict(RIDES, X).version()).isEqualTo(RIDES.version(3));
            assertThat(server.score(RIDES, ROW)).isEqualTo(3);
            source.move(CHAMPION, 8);
            assertThat(server.score(RIDES, ROW)).isEqualTo(3);
            assertThat(server.refresh(RIDES)).isEqualTo(RIDES.version(8));
            assertThat(server.score(RIDES, ROW)).isEqualTo(8);
            assertThat(server.refresh(RIDES)).isEqualTo(RIDES.version(8));
            assertThat(source.opens).as("an unmoved alias loads nothing").hasValue(2);
            assertThatThrownBy(() -> server.swap(RIDES, ModelFile.of(folder)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("rides@champion");
        }
    }

    @Test
    void listeners_hearOfEveryAnswerAsItWas() throws IOException {
        List<Inference> heard = new ArrayList<>();
        var clock = ManualClock.at(Instant.parse("2026-01-01T00:00:00Z"));
        var ids = new AtomicInteger();
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, file("a.onnx", 7))
                .observedBy(inference -> {
                    throw new IllegalStateException("line one\nline two");
                })
                .observedBy(heard::add)
                .clock(clock)
                .ids(() -> "id-" + ids.incrementAndGet())
                .start()) {
            Prediction prediction = server.predict(RIDES, X);
            server.score(RIDES, ROW);
            assertThatThrownBy(() -> server.predict(RIDES, Map.of())).isInstanceOf(RejectedInputException.class);
            assertThat(heard).hasSize(2).allSatisfy(inference -> {
                assertThat(inference.version()).isEqualTo(RIDES.version(1));
                assertThat(inference.at()).isEqualTo(clock.instant());
                assertThat(inference.latency()).isPositive();
                assertThat(inference.inputs()).isEqualTo(X);
                assertThat(inference.outputs()).isEqualTo(prediction.outputs());
            });
            assertThat(heard.get(0).id()).isEqualTo(prediction.id()).isEqualTo("id-1");
            assertThat(heard.get(1).id()).isEqualTo("id-2");
        }
    }

    @Test
    void listener_maySwapTheModelItHearsOf() {
        List<VersionId> heard = new ArrayList<>();
        var holder = new ArrayList<ModelServer>();
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, OnnxModels.verified("rides:1", OnnxModels.constant(2, 1)))
                .observedBy(inference -> {
                    heard.add(inference.version());
                    if (heard.size() == 1) {
                        holder.get(0).swap(RIDES, OnnxModels.verified("rides:2", OnnxModels.constant(2, 2)));
                    }
                })
                .start()) {
            holder.add(server);
            assertThat(server.score(RIDES, ROW)).isEqualTo(1);
            assertThat(server.score(RIDES, ROW)).isEqualTo(2);
            assertThat(heard).containsExactly(RIDES.version(1), RIDES.version(2));
        }
    }

    /** Prometheus takes one set of labels for a name, and loses the meters that come with another. */
    @Test
    void meters_ofOneName_haveOneSetOfTags() throws IOException {
        var registry = new SimpleMeterRegistry();
        OutcomeJoiner.within(Duration.ofHours(1), 10, ManualClock.at(Instant.EPOCH))
                .bindTo(registry);
        try (ModelServer server = ModelServer.builder()
                .serve(RIDES, file("a.onnx", 7))
                .batching(Batching.whenBusy())
                .caching(Caching.upTo(1 << 20))
                .meters(registry)
                .start()) {
            server.predict(RIDES, X);
            Map<String, Set<Set<String>>> keys = new TreeMap<>();
            registry.getMeters().forEach(meter -> keys.computeIfAbsent(
                            meter.getId().getName(), name -> new HashSet<>())
                    .add(meter.getId().getTags().stream().map(Tag::getKey).collect(toSet())));
            assertThat(keys)
                    .hasSizeGreaterThan(8)
                    .allSatisfy((name, sets) -> assertThat(sets).as(name).hasSize(1));
        }
    }

    @Test
    void meters_countByOutcomeAndGoWithTheirVersion() throws IOException {
        var registry = new SimpleMeterRegistry();
        ModelServer server = ModelServer.builder()
                .serve(RIDES, file("a.onnx", 7))
                .meters(registry)
                .start();
        Tags tags = Tags.of("model", "rides", "version", "1", "runtime", "compiled");
        server.predict(RIDES, X);
        server.score(RIDES, ROW);
        assertThatThrownBy(() -> server.predict(RIDES, Map.of())).isInstanceOf(RejectedInputException.class);
        var timer = registry.get("mlops.inference").tags(tags).timer();
        assertThat(timer.count()).isEqualTo(2);
        assertThat(timer.takeSnapshot().histogramCounts()).hasSize(20);
        assertThat(outcome(registry, tags, "ok")).isEqualTo(2);
        assertThat(outcome(registry, tags, "rejected")).isEqualTo(1);
        assertThat(outcome(registry, tags, "failed")).isZero();
        assertThat(registry.get("mlops.models.loaded")
                        .tag("model", "rides")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("mlops.leases").tag("model", "rides").gauge().value())
                .isZero();
        server.swap(RIDES, ModelFile.of(file("b.onnx", 2)));
        assertThat(registry.find("mlops.inference").tag("version", "1").timer()).isNull();
        assertThat(registry.get("mlops.inference").tag("version", "2").timer().count())
                .isZero();
        server.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    private static double outcome(SimpleMeterRegistry registry, Tags tags, String outcome) {
        return registry.get("mlops.inference.outcomes")
                .tags(tags.and("outcome", outcome))
                .counter()
                .count();
    }

    @Test
    void predict_afterClose_isRefused() {
        ModelServer server = serving(OnnxModels.constant(2, 1));
        server.close();
        assertThatThrownBy(() -> server.predict(RIDES, X)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.score(RIDES, ROW)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> server.swap(RIDES, ModelFile.of(folder))).isInstanceOf(IllegalStateException.class);
    }

    private static ModelServer serving(byte[] model) {
        return ModelServer.builder()
                .serve(RIDES, OnnxModels.verified("rides:1", model))
                .start();
    }

    private Path file(String name, float value) throws IOException {
        return Files.write(folder.resolve(name), OnnxModels.constant(2, value));
    }
}
