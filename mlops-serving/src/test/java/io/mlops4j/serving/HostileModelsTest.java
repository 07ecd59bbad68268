package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.onnx.OnnxOptions;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that want to harm: each is refused by type, or ended by the deadline of its request, and the JVM goes on. What
 * reaches outside its file is in {@code SafeLoadingTest}.
 */
@Timeout(60)
final class HostileModelsTest {
    private static final ModelName NAME = ModelName.of("hostile");
    private static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(new float[] {1}, 1));
    private static final Duration SOON = Duration.ofMillis(60);

    @AfterEach
    void theJvmStillAnswers() {
        try (ModelServer server = serve(OnnxModels.constant(2, 7))) {
            assertThat(server.predict(NAME, Map.of("x", Tensor.ofFloats(new float[2], 1, 2)))
                            .tensor("y")
                            .floats())
                    .containsExactly(7);
        }
    }

    static List<byte[]> modelsThatNeverEnd() {
        return List.of(HostileModels.growing(), HostileModels.loopInALoop());
    }

    @ParameterizedTest
    @MethodSource("modelsThatNeverEnd")
    void predict_modelThatNeverEnds_endsAtTheDeadline(byte[] model) {
        try (ModelServer server = serve(model)) {
            assertThatThrownBy(() -> server.predict(NAME, Request.of(X).within(SOON)))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(server.leases(NAME)).isZero();
        }
    }

    @Test
    void predict_constantsThatAreNotFolded_endAtTheDeadline() {
        var options = OnnxOptions.defaults().withOptimization(OnnxOptions.Optimization.NONE);
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .runtime(OnnxRuntime.with(options))
                .serve(NAME, OnnxModels.verified("hostile:1", HostileModels.constants(500, 2_000)))
                .start()) {
            assertThatThrownBy(() -> server.predict(NAME, Request.of(X).within(SOON)))
                    .isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void start_modelThatNeverEnds_isRefusedByTheWarmUp() {
        var plan = WarmUp.madeUp().within(Duration.ofMillis(200));
        assertThatThrownBy(() -> ModelServer.builder()
                        .warmUp(plan)
                        .serve(NAME, OnnxModels.verified("hostile:1", HostileModels.loopInALoop()))
                        .start())
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("warm-up");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 40, 1L << 61, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void predict_memoryThatNobodyHas_failsByType(long elements) {
        try (ModelServer server = serve(HostileModels.memoryOnDemand())) {
            // As a warm-up does: an arena whose very first allocation fails stays as large as that one wanted it.
            Map<String, Value> two = Map.of("s", Tensor.ofLongs(new long[] {2}, 1));
            assertThat(server.predict(NAME, two).tensor("y").floats()).containsExactly(0, 0);
            Map<String, Value> size = Map.of("s", Tensor.ofLongs(new long[] {elements}, 1));
            assertThatThrownBy(() -> server.predict(NAME, size))
                    .isInstanceOfAny(InferenceException.class, RejectedInputException.class)
                    .hasMessageContaining("hostile:1");
            Map<String, Value> product = Map.of("s", Tensor.ofLongs(new long[] {1L << 32, 1L << 32}, 2));
            assertThatThrownBy(() -> server.predict(NAME, product))
                    .isInstanceOfAny(InferenceException.class, RejectedInputException.class);
            assertThat(server.predict(NAME, two).tensor("y").floats()).containsExactly(0, 0);
        }
    }

    @Test
    void predict_memoryInConstants_failsByTypeOrIsRefused() {
        for (long[] sizes : List.of(new long[] {1L << 40}, new long[] {1L << 31, 1L << 31})) {
            try (ModelServer server = serve(HostileModels.memory(sizes))) {
                assertThatThrownBy(() -> server.predict(NAME, X)).isInstanceOf(InferenceException.class);
            } catch (RejectedModelException e) {
                assertThat(e).hasMessageContaining("hostile:1");
            }
        }
    }

    @Test
    void start_cyclicGraph_isRefused() {
        assertRefused(HostileModels.cyclic(), "acyclic");
    }

    @Test
    void start_functionsThatCallEachOther_areRefused() {
        assertRefused(HostileModels.functions(1, 1, true), "call themselves");
        assertRefused(HostileModels.functions(5, 2, true), "call themselves");
        assertRefused(HostileModels.functions(1_000, 1, false), "deep");
    }

    @Test
    void start_functionsThatMultiply_areRefused() {
        assertRefused(HostileModels.functions(17, 2, false), "65536 nodes");
        assertRefused(HostileModels.functions(64, 64, false), "65536 nodes");
        try (ModelServer server = serve(HostileModels.functions(6, 2, false))) {
            assertThat(server.predict(NAME, X).tensor("y").floats()).containsExactly(1);
        }
    }

    /** Without the bound the native recursion ends the JVM at some two thousand levels. */
    @Test
    void start_treeOfOneLongBranch_isRefusedOrServed() {
        assertRefused(HostileModels.branch(513, false), "more than 512 levels");
        assertRefused(HostileModels.branch(400_000, false), "more than 512 levels");
        try (ModelServer server = serve(HostileModels.branch(510, false))) {
            Map<String, Value> row = Map.of("x", Tensor.ofFloats(new float[] {-1}, 1, 1));
            assertThat(server.predict(NAME, row).tensor("y").elementCount()).isEqualTo(1);
        }
    }

    @Test
    void start_treeThatIsItsOwnBranch_isRefused() {
        assertRefused(HostileModels.branch(4, true), "hostile:1");
        assertRefused(HostileModels.branch(500, true), "below itself");
        assertRefused(HostileModels.roundabout(), "below itself");
    }

    @Test
    void start_weightsOfImpossibleSizes_areRefused() {
        assertRefused(HostileModels.weights(1L << 32, 1L << 32), "hostile:1");
        assertRefused(HostileModels.weights(1L << 40), "hostile:1");
        assertRefused(HostileModels.weights(-1, -2), "hostile:1");
        assertRefused(HostileModels.weights(3), "hostile:1");
    }

    @Test
    void predict_optionalOutput_isThereOrNot() {
        try (ModelServer server = serve(HostileModels.optionalOutput())) {
            Tensor c = Tensor.ofBooleans(new boolean[] {true});
            Tensor x = Tensor.ofFloats(new float[] {1, 2}, 2);
            assertThat(server.predict(NAME, Map.of("c", c, "x", x)).outputs()).containsExactly(Map.entry("y", x));
            assertThat(server.predict(NAME, Map.of("c", c)).outputs()).isEmpty();
            assertThat(server.signature(NAME).outputs()).hasExactlyElementsOfTypes(OptionalSpec.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../x\n", "${jndi:ldap://h/x}", "<script>alert(1)</script>", "x\r\nERROR forged", "%s%n"})
    void predict_hostileNames_areEscapedInMessages(String name) {
        try (ModelServer server = serve(HostileModels.named(name.getBytes(StandardCharsets.UTF_8)))) {
            assertThat(server.predict(NAME, Map.of(name, Tensor.ofFloats(new float[] {1}, 1)))
                            .tensor("y")
                            .floats())
                    .containsExactly(-1);
            assertThatThrownBy(() -> server.predict(NAME, X))
                    .isInstanceOf(RejectedInputException.class)
                    .message()
                    .doesNotContain("\n", "\r")
                    .hasSizeLessThan(600);
        }
    }

    @Test
    void predict_namesThatAreNoText_areServedOrRefusedByType() {
        byte[] beyond = "\ud83d\ude00".getBytes(StandardCharsets.UTF_8);
        byte[] longName = "x".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        for (byte[] name : List.of(
                beyond, new byte[] {(byte) 0xff, (byte) 0xfe}, new byte[] {'a', 0, 'b'}, longName, new byte[0])) {
            try (ModelServer server = serve(HostileModels.named(name))) {
                String seen = server.signature(NAME).inputs().get(0).name();
                Map<String, Value> inputs = Map.of(seen, Tensor.ofFloats(new float[] {1}, 1));
                try {
                    assertThat(server.predict(NAME, inputs).outputs()).containsOnlyKeys("y");
                } catch (RejectedInputException e) {
                    assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(1_000);
                }
            } catch (RejectedModelException e) {
                assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(1_000);
            }
        }
    }

    private static ModelServer serve(byte[] model) {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .serve(NAME, OnnxModels.verified("hostile:1", model))
                .start();
    }

    private static void assertRefused(byte[] model, String mentioning) {
        assertThatThrownBy(() -> serve(model).close())
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("hostile:1")
                .hasMessageContaining(mentioning);
    }
}
