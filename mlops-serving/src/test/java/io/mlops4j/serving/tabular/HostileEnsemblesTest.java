package io.mlops4j.serving.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ElementType;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.VerifiedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an ensemble says, the compiler takes it or leaves it to the native runtime; it neither hangs nor throws. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileEnsemblesTest {
    static Stream<Arguments> spoilers() {
        return Stream.of(
                spoiler("a child beyond the tree", e -> e.ifTrue.set(0, 3L)),
                spoiler("a negative child", e -> e.ifFalse.set(0, -1L)),
                spoiler("a child that only a long can hold", e -> e.ifTrue.set(0, 1L << 32 | 1)),
                spoiler("a node that is its own child", e -> e.ifTrue.set(0, 0L)),
                spoiler("a cycle", e -> {
                    e.modes.set(1, "BRANCH_LT");
                    e.ifTrue.set(1, 0L);
                    e.ifFalse.set(1, 2L);
                }),
                spoiler("a node of two parents", e -> e.ifFalse.set(0, 1L)),
                spoiler("a node without a parent", e -> e.leaf(0, 3).weight(0, 3, 0, 1)),
                spoiler("a node twice", e -> e.nodeIds.set(2, 1L)),
                spoiler("a node id out of range", e -> e.nodeIds.set(2, Long.MAX_VALUE)),
                spoiler(
                        "a tree in two pieces",
                        e -> e.leaf(1, 0).weight(1, 0, 0, 1).leaf(0, 3).weight(0, 3, 0, 1)),
                spoiler("a feature beyond the row", e -> e.features.set(0, 3L)),
                spoiler("a negative feature", e -> e.features.set(0, -1L)),
                spoiler("a threshold of NaN", e -> e.thresholds.set(0, Float.NaN)),
                spoiler("an infinite threshold", e -> e.thresholds.set(0, Float.POSITIVE_INFINITY)),
                spoiler("a weight of NaN", e -> e.leafWeights.set(0, Float.NaN)),
                spoiler("an infinite weight", e -> e.leafWeights.set(0, Float.NEGATIVE_INFINITY)),
                spoiler("a weight of an unknown tree", e -> e.leafTrees.set(0, 7L)),
                spoiler("a weight of an unknown node", e -> e.leafNodes.set(0, 9L)),
                spoiler("a weight of an inner node", e -> e.leafNodes.set(0, 0L)),
                spoiler("a weight of an unknown output", e -> e.leafOutputs.set(0, 1L)),
                spoiler("a leaf of two weights", e -> e.weight(0, 1, 0, 1)),
                spoiler("a leaf without a weight", e -> e.leafNodes.set(0, 2L)),
                spoiler("an unknown comparison", e -> e.modes.set(0, "BRANCH_MEMBER")),
                spoiler("columns of different lengths", e -> e.thresholds.add(1f)),
                spoiler("fewer weights than leaves", e -> e.leafWeights.remove(0)),
                spoiler("no nodes", e -> Stream.of(
                                e.treeIds,
                                e.nodeIds,
                                e.features,
                                e.thresholds,
                                e.modes,
                                e.ifTrue,
                                e.ifFalse,
                                e.absentIsTrue,
                                e.leafTrees,
                                e.leafNodes,
                                e.leafOutputs,
                                e.leafWeights)
                        .forEach(List::clear)),
                spoiler("base values of another number", e -> e.with("base", Attribute.ofFloats("base_values", 1, 2))),
                spoiler("a base value of NaN", e -> e.with("base", Attribute.ofFloats("base_values", Float.NaN))),
                spoiler("an unknown aggregate", e -> e.with("aggregate", Attribute.of("aggregate_function", "MEDIAN"))),
                spoiler(
                        "a transform that is left out",
                        e -> e.with("transform", Attribute.of("post_transform", "PROBIT"))),
                spoiler("an unknown attribute", e -> e.with("more", Attribute.of("nodes_more", 1))));
    }

    private static Arguments spoiler(String what, Consumer<Ensemble> spoil) {
        return Arguments.of(what, spoil);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoilers")
    void compile_spoiledEnsemble_isLeftAlone(String what, Consumer<Ensemble> spoil) {
        Ensemble ensemble = Ensemble.stump();
        assertThat(CompiledRuntime.withDefaults().accepts(ensemble.regressor(1)))
                .isTrue();
        spoil.accept(ensemble);
        VerifiedModel model = ensemble.regressor(1);
        assertThat(CompiledRuntime.withDefaults().accepts(model)).as(what).isFalse();
        assertThatThrownBy(() -> GraphCompiler.compile(model.bytes())).isInstanceOf(NotCompiledException.class);
    }

    @Test
    void compile_hugeCountOfOutputs_isLeftAlone() {
        VerifiedModel model = Ensemble.stump().regressor(Integer.MAX_VALUE);
        assertThat(CompiledRuntime.withDefaults().accepts(model)).isFalse();
    }

    @Test
    void compile_chainAsDeepAsItIsLong_isCompiledWithoutRecursion() throws NotCompiledException {
        int depth = 200_000;
        var chain = new Ensemble();
        for (int i = 0; i < depth; i++) {
            chain.split(0, 2L * i, "BRANCH_EQ", 0, i, 2L * i + 1, 2L * i + 2)
                    .leaf(0, 2L * i + 1)
                    .weight(0, 2L * i + 1, 0, i);
        }
        chain.leaf(0, 2L * depth).weight(0, 2L * depth, 0, -1);
        Program program = GraphCompiler.compile(chain.regressor(1).bytes());
        assertThat(program.raw().only(new float[] {depth - 1, 0, 0}, 0)).isEqualTo(depth - 1);
        assertThat(program.raw().only(new float[] {depth, 0, 0}, 0)).isEqualTo(-1);
    }

    @Test
    void compile_treesOfOneLongBranch_areNotPaddedOutOfProportion() throws NotCompiledException {
        var combs = new Ensemble();
        int trees = 20_000;
        for (int tree = 0; tree < trees; tree++) {
            for (int i = 0; i < 8; i++) {
                combs.split(tree, 2L * i, "BRANCH_LT", 0, i, 2L * i + 1, 2L * i + 2)
                        .leaf(tree, 2L * i + 1)
                        .weight(tree, 2L * i + 1, 0, 1);
            }
            combs.leaf(tree, 16).weight(tree, 16, 0, 2);
        }
        byte[] model = combs.regressor(1).bytes();
        Program program = GraphCompiler.compile(model);
        assertThat(program.raw().only(new float[3], 0)).isEqualTo(trees);
    }

    @Test
    void compile_classThatSomeRowsHaveNoScoreFor_isLeftAlone() {
        Ensemble ensemble = Ensemble.stump();
        ensemble.leafOutputs.set(1, 2L);
        assertThat(CompiledRuntime.withDefaults().accepts(ensemble.classifier(3, ElementType.INT64)))
                .isFalse();
    }

    @Test
    void compile_anyByteChangedOrCutOff_neverThrowsAnythingElse() {
        byte[] model = Ensemble.stump().classifier(2, ElementType.STRING).bytes();
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] spoiled = Arrays.copyOf(model, i % 4 == 0 ? random.nextInt(model.length) : model.length);
            for (int change = random.nextInt(4); change > 0 && spoiled.length > 0; change--) {
                spoiled[random.nextInt(spoiled.length)] = (byte) random.nextInt();
            }
            try {
                GraphCompiler.compile(spoiled);
            } catch (NotCompiledException e) {
                assertThat(e).hasMessageContaining("expected");
            }
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void compile_largeGraphOfAnotherKind_isLeftAloneAtOnce() {
        var graph = new OnnxGraph()
                .input("x", ElementType.FLOAT32, -1, 1)
                .output("y", ElementType.FLOAT32, -1, 1)
                .node("Relu", List.of("x"), List.of("n0"));
        for (int i = 0; i < 100_000; i++) {
            graph.node("Identity", List.of("n" + i), List.of("n" + (i + 1)));
        }
        VerifiedModel model = OnnxModels.verified("large:1", graph.toModel());
        for (int i = 0; i < 1_000; i++) {
            assertThat(CompiledRuntime.withDefaults().accepts(model)).isFalse();
        }
    }
}
