package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.onnx.OnnxOptions;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Models of one server that differ: each has warm-up requests and runtimes of its own. */
final class PerModelTest {
    private static final ModelName TWO = ModelName.of("two");
    private static final ModelName THREE = ModelName.of("three");

    private static Map<String, Value> row(float... values) {
        return Map.of("x", Tensor.ofFloats(values, 1, values.length));
    }

    private static WarmUp asking(float... values) {
        return WarmUp.by(List.of(row(values)));
    }

    private static VerifiedModel linear(int inputs, int version) {
        return OnnxModels.verified("linear:" + version, OnnxModels.linear(inputs, 1, version));
    }

    private static ModelServerBuilder twoModels() {
        return ModelServer.builder().serve(TWO, linear(2, 1)).serve(THREE, linear(3, 1));
    }

    @Test
    void warmUp_modelsOfDifferentInputs_eachIsAskedItsOwn() {
        try (ModelServer server = twoModels()
                .warmUp(TWO, asking(1, 2))
                .warmUp(THREE, asking(1, 2, 3))
                .batching(Batching.whenBusy())
                .start()) {
            assertThat(server.served()).containsOnlyKeys(TWO, THREE);
            assertThat(server.batchability(TWO).isBatched()).isTrue();
            assertThat(server.batchability(THREE).isBatched()).isTrue();
        }
    }

    @Test
    void warmUp_modelWithNoneOfItsOwn_isAskedTheCommonOne() {
        ModelServerBuilder builder = twoModels().warmUp(asking(1, 2)).warmUp(THREE, asking(1, 2, 3));
        builder.start().close();
        assertThatThrownBy(twoModels().warmUp(asking(1, 2)).warmUp(TWO, asking(1, 2))::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("warm-up request");
        assertThatThrownBy(twoModels().warmUp(TWO, asking(1, 2, 3))::start)
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("warm-up request");
    }

    @Test
    void swap_versionThatFailsItsModelsOwnWarmUp_isRejectedAndTheOldOneServes() {
        try (ModelServer server = twoModels()
                .warmUp(TWO, asking(1, 2))
                .warmUp(THREE, asking(1, 2, 3))
                .start()) {
            assertThat(server.swap(THREE, linear(3, 2))).isEqualTo(THREE.version(2));
            VerifiedModel narrower = linear(2, 3);
            assertThatThrownBy(() -> server.swap(THREE, narrower)).isInstanceOf(RejectedModelException.class);
            assertThat(server.served()).containsEntry(THREE, THREE.version(2));
            assertThat(server.swap(TWO, linear(2, 2))).isEqualTo(TWO.version(2));
        }
    }

    /** It answers only to what it knows, as a model of words would: made-up rows say nothing about it. */
    private static ColumnModel knowing(float word, AtomicInteger strangers) {
        return new ColumnModel() {
            @Override
            public Map<String, Value> run(Map<String, Value> inputs) {
                float[] x = ((Tensor) inputs.values().iterator().next()).floats();
                for (float value : x) {
                    if (value != word) {
                        strangers.incrementAndGet();
                        throw new RejectedInputException("it does not know " + value);
                    }
                }
                return Map.of("y", Tensor.ofFloats(Arrays.copyOf(x, x.length), x.length, 1));
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void warmUp_batchedModels_areProbedByTheirOwnRequests() {
        var strangers = new AtomicInteger();
        try (ModelServer server = twoModels()
                .runtime(TWO, FakeModel.runtime(knowing(2, strangers)))
                .runtime(THREE, FakeModel.runtime(knowing(3, strangers)))
                .warmUp(TWO, asking(2))
                .warmUp(THREE, asking(3))
                .batching(Batching.whenBusy())
                .start()) {
            assertThat(server.batchability(TWO).reason()).doesNotContain("no warm-up request");
            assertThat(server.batchability(THREE).reason()).doesNotContain("no warm-up request");
            assertThat(server.predict(THREE, row(3)).tensor("y").floats()).containsExactly(3);
        }
    }

    @Test
    void runtime_ofOneModel_leavesTheOthersCompiled() {
        var registry = new SimpleMeterRegistry();
        try (ModelServer server = twoModels()
                .runtime(TWO, OnnxRuntime.with(OnnxOptions.defaults().withIntraOpThreads(2)))
                .meters(registry)
                .start()) {
            server.predict(TWO, row(1, 2));
            server.predict(THREE, row(1, 2, 3));
            assertThat(runtimes(registry, TWO)).containsExactly("onnxruntime");
            assertThat(runtimes(registry, THREE)).containsExactly("compiled");
            server.swap(TWO, linear(2, 2));
            server.predict(TWO, row(1, 2));
            assertThat(runtimes(registry, TWO)).containsOnly("onnxruntime");
        }
    }

    private static List<String> runtimes(SimpleMeterRegistry registry, ModelName model) {
        return registry.get("mlops.inference").tag("model", model.toString()).timers().stream()
                .map(Timer::getId)
                .map(id -> String.valueOf(id.getTag("runtime")))
                .toList();
    }

    @Test
    void runtime_ofOneModel_isAskedBeforeThoseOfAll() {
        var common = new CountedRuntime(OnnxRuntime.withDefaults());
        var own = new CountedRuntime(OnnxRuntime.withDefaults());
        try (ModelServer server =
                twoModels().runtime(common).runtime(THREE, own).start()) {
            assertThat(server.served()).hasSize(2);
            assertThat(own.opened).hasValue(1);
            assertThat(common.opened).hasValue(1);
        }
    }

    @Test
    void runtime_ofOneModelThatRefusesIt_leavesItToTheOthers() {
        InferenceRuntime picky = new InferenceRuntime() {
            @Override
            public String name() {
                return "picky";
            }

            @Override
            public boolean accepts(VerifiedModel model) {
                return false;
            }

            @Override
            public LoadedModel load(VerifiedModel model) {
                throw new AssertionError("it was not to be asked");
            }
        };
        var common = new CountedRuntime(OnnxRuntime.withDefaults());
        try (ModelServer server =
                twoModels().runtime(common).runtime(THREE, picky).start()) {
            assertThat(server.served()).hasSize(2);
            assertThat(common.opened).hasValue(2);
        }
    }
}
