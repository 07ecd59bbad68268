package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What ensembles compute, and which are refused. */
@Timeout(60)
final class EnsembleTest {
    private static final ModelName FRONT = ModelName.of("front");
    private static final ModelName LEFT = ModelName.of("left");
    private static final ModelName RIGHT = ModelName.of("right");
    private static final ModelName JOIN = ModelName.of("join");
    private static final Wire N = Wire.request("n");
    private static final Map<String, Wire> OUT = Map.of("y", Wire.step("a", "y"));

    @Test
    void predict_diamond_givesWhatTheModelsGive() {
        List<Step> steps = new ArrayList<>(List.of(
                Step.model("front", FRONT).bind("x", N),
                Step.model("left", LEFT).bind("x", Wire.step("front", "y")),
                Step.model("right", RIGHT).bind("x", Wire.step("front", "y")),
                Step.model("join", JOIN).bind("a", Wire.step("left", "y")).bind("b", Wire.step("right", "y")),
                Step.average("mean", Wire.step("left", "y"), Wire.step("right", "y"))));
        Map<String, Wire> outputs =
                Map.of("sum", Wire.step("join", "y"), "mean", Wire.step("mean", Step.AVERAGE), "same", N);
        var forwards = Ensemble.of("forwards", steps, outputs);
        Collections.reverse(steps);
        var backwards = Ensemble.of("backwards", steps, outputs);
        assertThat(backwards.inputs()).containsExactly("n");
        assertThat(backwards.outputs()).containsExactlyInAnyOrder("sum", "mean", "same");
        assertThat(backwards.models()).containsExactlyInAnyOrder(FRONT, LEFT, RIGHT, JOIN);
        try (ModelServer server =
                serveAll().ensemble(forwards).ensemble(backwards).start()) {
            for (Ensemble ensemble : List.of(forwards, backwards)) {
                EnsemblePrediction answer = server.predict(ensemble, Request.of(rows(1, 9)));
                assertThat(answer.tensor("sum").floats()).containsExactly(10, 50);
                assertThat(answer.tensor("mean").floats()).containsExactly(5, 25);
                assertThat(answer.tensor("same").floats()).containsExactly(1, 9);
                assertThat(answer.versions())
                        .containsOnlyKeys(FRONT, LEFT, RIGHT, JOIN)
                        .containsEntry(LEFT, LEFT.version(1));
                assertThat(answer.steps()).containsOnlyKeys("front", "left", "right", "join");
                assertThat(requireNonNull(answer.steps().get("right"))
                                .tensor("y")
                                .floats())
                        .containsExactly(6, 30);
                assertThatThrownBy(() -> answer.tensor("total"))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("total")
                        .hasMessageContaining("sum");
            }
            assertThat(server.leases(FRONT)).isZero();
        }
    }

    @Test
    void predict_functionStep_isGivenAndGivesValues() {
        UnaryOperator<Map<String, Value>> swap = in -> Map.of("p", in.get("b"), "q", in.get("a"));
        var ensemble = Ensemble.of(
                "swapped",
                List.of(
                        Step.model("front", FRONT).bind("x", N),
                        Step.function("swap", swap, "p", "q").bind("a", N).bind("b", Wire.step("front", "y"))),
                Map.of("p", Wire.step("swap", "p"), "q", Wire.step("swap", "q")));
        try (ModelServer server = serveAll().ensemble(ensemble).start()) {
            EnsemblePrediction answer = server.predict(ensemble, Request.of(rows(4)));
            assertThat(answer.tensor("p").floats()).containsExactly(5);
            assertThat(answer.tensor("q").floats()).containsExactly(4);
            assertThat(answer.steps()).containsOnlyKeys("front");
        }
    }

    @Test
    void average_ofEveryFloatingType_roundsOnce() {
        for (ElementType type : List.of(ElementType.FLOAT16, ElementType.FLOAT32, ElementType.FLOAT64)) {
            Value one = Tensor.ofFloatingPoint(type, new double[] {1, -2, 3}, 3);
            Value two = Tensor.ofFloatingPoint(type, new double[] {2, -2, 5}, 3);
            Value mean = Tensor.ofFloatingPoint(type, new double[] {1.5, -2, 4}, 3);
            assertThat(new Average().apply(Map.of("0", one, "1", two))).containsEntry(Step.AVERAGE, mean);
        }
        Value max = Tensor.ofFloats(new float[] {Float.MAX_VALUE}, 1);
        assertThat(new Average().apply(Map.of("0", max, "1", max))).containsEntry(Step.AVERAGE, max);
    }

    @Test
    void average_ofWhatDoesNotFit_isRejected() {
        Value row = Tensor.ofFloats(new float[] {1, 2}, 2);
        for (Value other : List.of(
                Tensor.ofFloats(new float[] {1, 2}, 2, 1),
                Tensor.ofDoubles(new double[] {1, 2}, 2),
                Tensor.ofLongs(new long[] {1, 2}, 2))) {
            assertThatThrownBy(() -> new Average().apply(Map.of("0", row, "1", other)))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("expected tensors of one floating-point type and one shape");
        }
    }

    @Test
    void of_whatDoesNotFitTogether_isRefused() {
        Step a = Step.model("a", LEFT).bind("x", N);
        assertInvalid(List.of(), OUT, "Invalid ensemble e of 0 steps");
        assertInvalid(List.of(a), Map.of(), "0 outputs: expected one or more");
        assertInvalid(List.of(a, Step.model("a", RIGHT)), OUT, "two steps are named a");
        assertInvalid(
                List.of(a.bind("z", Wire.step("b", "y"))),
                OUT,
                "input \"z\" of step a is output \"y\" of step \"b\", expected one of the steps [a]");
        assertInvalid(
                List.of(a), Map.of("y", Wire.step("b", "y")), "output \"y\" is output \"y\" of step \"b\", expected");
        assertInvalid(
                List.of(a, Step.average("m", N)),
                Map.of("y", Wire.step("m", "y")),
                "output \"y\" of step \"m\", which gives [\"average\"]");
        assertInvalid(List.of(Step.average("a", N)), Map.of("y", N), "no step asks a model");
        assertThatThrownBy(() -> Ensemble.of("../e", List.of(a), OUT)).hasMessageContaining("ensemble name");
        assertThatThrownBy(() -> a.bind("x", Wire.request("m")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "input \"x\" of step a to input \"m\" of the request: it is bound to input \"n\"");
        assertThatThrownBy(() -> Step.average("a")).hasMessageContaining("expected one or more");
        assertThatThrownBy(() -> Step.function("f", in -> in, "p", "p")).hasMessageContaining("different names");
        assertThatThrownBy(() -> Step.model("\n", LEFT)).hasMessageContaining("step name \"\\n\"");
    }

    @Test
    void of_steps_thatWaitForEachOther_isRefused() {
        Step first = Step.model("first", LEFT).bind("x", N);
        Step a = Step.model("a", LEFT).bind("x", Wire.step("c", "y"));
        Step b = Step.model("b", LEFT).bind("x", Wire.step("a", "y"));
        Step c = Step.model("c", JOIN).bind("a", Wire.step("b", "y")).bind("b", Wire.step("first", "y"));
        assertInvalid(List.of(c, first, b, a), OUT, "steps [c, b, a] wait for each other, expected no cycle");
        assertInvalid(List.of(Step.model("a", LEFT).bind("x", Wire.step("a", "y"))), OUT, "steps [a] wait");
    }

    private static void assertInvalid(List<Step> steps, Map<String, Wire> outputs, String why) {
        assertThatThrownBy(() -> Ensemble.of("e", steps, outputs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void start_ensembleThatItsModelsDoNotFit_isRefused() {
        Step a = Step.model("a", LEFT).bind("x", N);
        assertRefused(
                NotFoundException.class,
                "step a asks model nobody, which is not served here, expected one of [front, join, left, right]",
                OUT,
                Step.model("a", ModelName.of("nobody")));
        assertRefused(
                RejectedModelException.class,
                "model left:1 in ensemble e: step a expects output \"z\", the version gives [\"y\"]",
                Map.of("y", Wire.step("a", "z")),
                a);
        assertRefused(
                RejectedModelException.class,
                "step b expects output \"v\"",
                OUT,
                Step.model("b", FRONT).bind("x", N),
                Step.model("a", LEFT).bind("x", Wire.step("b", "v")));
        assertRefused(
                RejectedModelException.class,
                "step a binds input \"z\", the version takes [\"x\"]",
                OUT,
                a.bind("z", N));
        assertRefused(
                RejectedModelException.class,
                "model join:1 in ensemble e: step a leaves input \"b\" unbound, the version takes [\"a\", \"b\"]",
                OUT,
                Step.model("a", JOIN).bind("a", N));
        Ensemble twice = Ensemble.of("e", List.of(a), OUT);
        assertThatThrownBy(() -> ModelServer.builder().ensemble(twice).ensemble(Ensemble.of("e", List.of(a), OUT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Ensemble e is served already");
    }

    private static void assertRefused(Class<?> type, String why, Map<String, Wire> outputs, Step... steps) {
        Ensemble ensemble = Ensemble.of("e", Arrays.asList(steps), outputs);
        ModelServerBuilder builder = serveAll().ensemble(ensemble);
        assertThatThrownBy(builder::start).isInstanceOf(type).hasMessageContaining(why);
    }

    @Test
    void swap_versionThatAnEnsembleCannotAsk_isRefusedAndTheOldOneAnswers() {
        var ensemble = Ensemble.of("e", List.of(Step.model("a", LEFT).bind("x", N)), OUT);
        try (ModelServer server = serveAll().ensemble(ensemble).start()) {
            assertThatThrownBy(() -> server.swap(LEFT, OnnxModels.verified("sum", OnnxModels.dynamicSum())))
                    .isInstanceOf(RejectedModelException.class)
                    .hasMessageContaining("model left:2 in ensemble e: step a binds input \"x\"");
            server.swap(RIGHT, OnnxModels.verified("sum", OnnxModels.dynamicSum()));
            assertThat(server.predict(ensemble, Request.of(rows(5))).tensor("y").floats())
                    .containsExactly(10);
        }
    }

    @Test
    void predict_badRequest_isRejectedBeforeAModelIsAsked() {
        var ensemble = Ensemble.of("e", List.of(Step.model("a", LEFT).bind("x", N)), OUT);
        var stranger = Ensemble.of("e", List.of(Step.model("a", LEFT).bind("x", N)), OUT);
        try (ModelServer server = serveAll().ensemble(ensemble).start()) {
            assertThatThrownBy(() -> server.predict(ensemble, Request.of(Map.of("m\n", rows(1).get("n")))))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("ensemble e: the request has inputs [\"m\\n\"], expected [\"n\"]");
            assertThatThrownBy(() -> server.predict(stranger, Request.of(rows(1))))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("Ensemble e is not served here");
            assertThatThrownBy(
                            () -> server.predict(ensemble, Request.of(rows(1)).by(VersionPolicy.latest(RIGHT))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected a policy of one of [left]");
            assertThatThrownBy(() ->
                            server.predict(ensemble, Request.of(rows(1)).by(VersionPolicy.pinned(LEFT.version(7)))))
                    .isInstanceOf(NotFoundException.class);
            EnsemblePrediction named =
                    server.predict(ensemble, Request.of(rows(1)).by(VersionPolicy.pinned(LEFT.version(1))));
            assertThat(named.tensor("y").floats()).containsExactly(2);
            assertThat(server.leases(LEFT)).isZero();
        }
    }

    /** {@code front(x) = x + 1}, {@code left(x) = 2x}, {@code right(x) = 3x}, {@code join(a, b) = a + b}. */
    static ModelServerBuilder serveAll() {
        return ModelServer.builder()
                .warmUp(WarmUp.none())
                .serve(FRONT, OnnxModels.verified("front", withConstant("Add", 1)))
                .serve(LEFT, OnnxModels.verified("left", withConstant("Mul", 2)))
                .serve(RIGHT, OnnxModels.verified("right", withConstant("Mul", 3)))
                .serve(JOIN, OnnxModels.verified("join", OnnxModels.dynamicSum()));
    }

    static byte[] withConstant(String op, float constant) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 1)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)
                .weights("c", new float[] {constant}, 1)
                .node(op, List.of("x", "c"), List.of("y"))
                .toModel();
    }

    static Map<String, Value> rows(float... values) {
        return Map.of("n", Tensor.ofFloats(values, values.length, 1));
    }
}
