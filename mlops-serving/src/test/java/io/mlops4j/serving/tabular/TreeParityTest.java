package io.mlops4j.serving.tabular;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.serving.tabular.Ensemble.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random ensembles are compiled, and then answer as ONNX Runtime does, whatever the row holds. */
final class TreeParityTest {
    private static final int ROWS = 256;
    private static final int TRIES = 60;

    /** Weights are such that float sums are exact: so are labels and plain scores. */
    private static final double PROBABILITY_TOLERANCE = 4 * Math.ulp(1f);

    enum Choice {
        ONE_MODE,
        ANY_MODE;

        List<String> modes(Random random) {
            return this == ANY_MODE
                    ? Ensemble.MODES
                    : List.of(Ensemble.MODES.get(random.nextInt(Ensemble.MODES.size())));
        }
    }

    enum Base {
        NONE,
        EACH
    }

    @Property(tries = TRIES)
    void regressor_anyModeAggregateAndTransform_isCompiledAndAgrees(
            @ForAll long seed,
            @ForAll Choice choice,
            @ForAll Base base,
            @ForAll @IntRange(min = 1, max = 3) int outputs,
            @ForAll @IntRange(min = 0, max = 3) int aggregate,
            @ForAll @IntRange(min = 0, max = 3) int transform) {
        var random = new Random(seed);
        Ensemble ensemble = randomTrees(random, choice, outputs > 1 ? Weights.ALL : Weights.FIRST_OUTPUT, outputs);
        ensemble.with(
                "aggregate",
                Attribute.of(
                        "aggregate_function",
                        List.of("SUM", "AVERAGE", "MIN", "MAX").get(aggregate)));
        ensemble.with("transform", transform(transform));
        if (base == Base.EACH) {
            ensemble.with("base", Attribute.ofFloats("base_values", base(outputs)));
        }
        assertAgrees(ensemble.regressor(outputs), random);
    }

    @Property(tries = TRIES)
    void classifier_scoreForEachClass_isCompiledAndAgrees(
            @ForAll long seed,
            @ForAll Choice choice,
            @ForAll Base base,
            @ForAll @IntRange(min = 2, max = 4) int classes,
            @ForAll @IntRange(min = 0, max = 3) int transform) {
        var random = new Random(seed);
        Weights weights = random.nextBoolean() ? Weights.ALL : Weights.TURNS;
        Ensemble ensemble = randomTrees(random, choice, weights, classes);
        ensemble.with("transform", transform(transform));
        if (base == Base.EACH && classes > 2) {
            ensemble.with("base", Attribute.ofFloats("base_values", base(classes)));
        }
        assertAgrees(ensemble.classifier(classes, labels(random)), random);
    }

    @Property(tries = TRIES)
    void classifier_oneScoreForTwoClasses_isCompiledAndAgrees(
            @ForAll long seed,
            @ForAll Choice choice,
            @ForAll Base base,
            @ForAll boolean positive,
            @ForAll @IntRange(min = 0, max = 3) int transform) {
        var random = new Random(seed);
        Ensemble ensemble = randomTrees(random, choice, Weights.FIRST_OUTPUT, 2);
        if (positive) {
            ensemble.leafWeights.replaceAll(Math::abs);
        }
        ensemble.with("transform", transform(transform));
        if (base == Base.EACH) {
            ensemble.with("base", Attribute.ofFloats("base_values", base(1)));
        }
        assertAgrees(ensemble.classifier(2, labels(random)), random);
    }

    private static ElementType labels(Random random) {
        return random.nextBoolean() ? ElementType.STRING : ElementType.INT64;
    }

    private static Ensemble randomTrees(Random random, Choice choice, Weights weights, int outputs) {
        var ensemble = new Ensemble();
        int trees = 4 + random.nextInt(9);
        int deepest = 1 + random.nextInt(10);
        for (int tree = 0; tree < trees; tree++) {
            ensemble.randomTree(tree, random.nextInt(deepest + 1), choice.modes(random), random, weights, outputs);
        }
        return ensemble;
    }

    private static Attribute transform(int number) {
        return Attribute.of(
                "post_transform",
                List.of("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO").get(number));
    }

    private static float[] base(int count) {
        float[] base = new float[count];
        for (int i = 0; i < count; i++) {
            base[i] = 0.25f * (i + 1);
        }
        return base;
    }

    private static void assertAgrees(VerifiedModel model, Random random) {
        Tensor rows = Tensor.ofFloats(rows(random), ROWS, Ensemble.FEATURES);
        try (LoadedModel compiled = CompiledRuntime.withDefaults().load(model);
                LoadedModel reference = OnnxRuntime.withDefaults().load(model)) {
            assertThat(compiled.runtime("?")).isEqualTo("compiled");
            assertThat(compiled.signature()).isEqualTo(reference.signature());
            Map<String, Value> ours = compiled.run(Map.of("x", rows));
            Map<String, Value> theirs = reference.run(Map.of("x", rows));
            assertThat(new ArrayList<>(ours.keySet())).isEqualTo(new ArrayList<>(theirs.keySet()));
            ours.forEach((name, value) -> assertAlike((Tensor) value, (Tensor) requireNonNull(theirs.get(name))));
        }
    }

    private static void assertAlike(Tensor ours, Tensor theirs) {
        assertThat(ours.shape()).isEqualTo(theirs.shape());
        assertThat(ours.type()).isEqualTo(theirs.type());
        if (ours.type() != ElementType.FLOAT32) {
            assertThat(ours).isEqualTo(theirs);
            return;
        }
        float[] mine = ours.floats();
        float[] others = theirs.floats();
        for (int i = 0; i < mine.length; i++) {
            double allowed = Math.max(1, Math.abs(mine[i])) * PROBABILITY_TOLERANCE;
            boolean same = Float.compare(mine[i], others[i]) == 0 || Math.abs(mine[i] - others[i]) <= allowed;
            assertThat(same)
                    .as("value %s: %s, expected %s", i, mine[i], others[i])
                    .isTrue();
        }
    }

    /** Thresholds, what is beside them, and what compares like nothing else. */
    private static float[] rows(Random random) {
        float[] rows = new float[ROWS * Ensemble.FEATURES];
        for (int i = 0; i < rows.length; i++) {
            float threshold = Ensemble.THRESHOLDS[random.nextInt(Ensemble.THRESHOLDS.length)];
            rows[i] = switch (random.nextInt(12)) {
                case 0 -> Float.NaN;
                case 1 -> Float.POSITIVE_INFINITY;
                case 2 -> Float.NEGATIVE_INFINITY;
                case 3, 4 -> Math.nextUp(threshold);
                case 5, 6 -> Math.nextDown(threshold);
                case 7 -> (float) random.nextGaussian();
                default -> threshold;
            };
        }
        return rows;
    }
}
