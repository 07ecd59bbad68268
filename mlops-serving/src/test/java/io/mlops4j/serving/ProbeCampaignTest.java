package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.serving.Batchability.Verdict;
import io.mlops4j.serving.OnnxGraph.Attribute;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Stacks of layers, drawn at random: those that quantise dynamically anywhere, so that rows influence each other, are all
 * refused, and those of row-local layers are all batched. Sixty of each; two thousand in the profile
 * {@code campaign}.
 */
@Timeout(600)
final class ProbeCampaignTest {
    private static final ModelName NAME = ModelName.of("drawn");
    private static final int GRAPHS = Boolean.getBoolean("campaign") ? 2_000 : 60;
    private static final int F = BatchProbeTest.F;
    private static final int WORDS = 3;
    private static final int[] VOCABULARIES = {2, 3, 10, 60, 500};

    /** A layer from one named tensor [rows, F] to another one. */
    private interface Layer {
        OnnxGraph add(OnnxGraph graph, String from, String to);
    }

    private static final List<Layer> ROW_LOCAL = List.of(
            BatchProbeTest::dense,
            (g, from, to) -> BatchProbeTest.unary(g, "Relu", from, to),
            (g, from, to) -> BatchProbeTest.unary(g, "Sigmoid", from, to),
            (g, from, to) -> BatchProbeTest.unary(g, "Tanh", from, to),
            (g, from, to) -> BatchProbeTest.softmax(g, from, to, 1),
            BatchProbeTest::layerNorm,
            BatchProbeTest::staticQuantised,
            (g, from, to) -> BatchProbeTest.add(BatchProbeTest.dense(g, from, to + "r"), from, to + "r", to));

    private static final List<Layer> QUANTISED = List.of(
            BatchProbeTest::quantised,
            (g, from, to) -> BatchProbeTest.add(BatchProbeTest.quantised(g, from, to + "r"), from, to + "r", to),
            (g, from, to) -> g.node("DynamicQuantizeLinear", List.of(from), List.of(to + "q", to + "s", to + "z"))
                    .node("DequantizeLinear", List.of(to + "q", to + "s", to + "z"), List.of(to)));

    @Test
    void quantisedGraphs_whoseRowsInfluenceEachOther_areAllRefused() {
        int influenced = 0;
        int metByTrial = 0;
        for (int seed = 0; seed < GRAPHS; seed++) {
            byte[] graph = graph(new Random(seed), QUANTISED);
            assertThat(BatchProbeTest.probe(graph).verdict())
                    .as("seed %d", seed)
                    .isEqualTo(Verdict.REFUSED);
            boolean met = BatchProbeTest.tried(graph).verdict() == Verdict.REFUSED;
            if (met || isInfluenced(graph, seed)) {
                influenced++;
                metByTrial += met ? 1 : 0;
            }
        }
        System.out.printf(
                "probe: %d quantised graphs, all refused by their form; rows seen to influence each other in %d, by"
                        + " trial alone in %d%n",
                GRAPHS, influenced, metByTrial);
        assertThat(metByTrial).isGreaterThan(GRAPHS * 9 / 10);
    }

    @Test
    void rowLocalGraphs_areAllBatched() {
        for (int seed = 0; seed < GRAPHS; seed++) {
            byte[] graph = graph(new Random(seed), ROW_LOCAL);
            Batchability found = BatchProbeTest.probe(graph);
            assertThat(found.isBatched())
                    .as("seed %d: %s", seed, found.reason())
                    .isTrue();
        }
    }

    /** A stack of one to five layers with one of a kind somewhere, on numbers or on the mean of some words' vectors. */
    private static byte[] graph(Random random, List<Layer> kind) {
        var graph = new OnnxGraph().output("y", ElementType.FLOAT32, Shape.DYNAMIC, F);
        String from = "x";
        if (random.nextInt(4) == 0) {
            int words = VOCABULARIES[random.nextInt(VOCABULARIES.length)];
            graph.input("x", ElementType.INT64, Shape.DYNAMIC, WORDS)
                    .weights("table", OnnxModels.gaussians(words * F, random.nextInt()), words, F)
                    .node("Gather", List.of("table", "x"), List.of("vectors"))
                    .node(
                            "ReduceMean",
                            List.of("vectors"),
                            List.of("mean"),
                            Attribute.ofLongs("axes", 1),
                            Attribute.of("keepdims", 0));
            from = "mean";
        } else {
            graph.input("x", ElementType.FLOAT32, Shape.DYNAMIC, F);
        }
        int depth = 1 + random.nextInt(5);
        int special = random.nextInt(depth);
        for (int i = 0; i < depth; i++) {
            String to = i == depth - 1 ? "y" : "h" + i;
            List<Layer> layers = i == special ? kind : ROW_LOCAL;
            layers.get(random.nextInt(layers.size())).add(graph, from, to);
            from = to;
        }
        return graph.toModel();
    }

    /** Tries a row beside many others, in another way than the probe does. */
    private static boolean isInfluenced(byte[] graph, long seed) {
        var random = new Random(seed);
        try (ModelServer server = ModelServer.builder()
                .warmUp(WarmUp.none())
                .serve(NAME, OnnxModels.verified("drawn:1", graph))
                .start()) {
            for (int i = 0; i < 300; i++) {
                Map<String, Value> row = row(server, random);
                Map<String, Value> mate = row(server, random);
                if (!first(server, row, row).equals(first(server, row, mate))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static Map<String, Value> first(ModelServer server, Map<String, Value> row, Map<String, Value> mate) {
        Map<String, Value> both = Batcher.merge(List.of(row, mate));
        return Batcher.rows(server.predict(NAME, both).outputs(), 0, 1);
    }

    private static Map<String, Value> row(ModelServer server, Random random) {
        if (server.signature(NAME).inputs().get(0).equals(words())) {
            return Map.of("x", Tensor.ofLongs(random.longs(WORDS, 0, 2).toArray(), 1, WORDS));
        }
        float scale = (float) Math.pow(10, 4 * random.nextDouble() - 2);
        float[] values = new float[F];
        for (int i = 0; i < F; i++) {
            values[i] = scale * (float) random.nextGaussian();
        }
        return Map.of("x", Tensor.ofRows(values));
    }

    private static TensorSpec words() {
        return TensorSpec.of("x", ElementType.INT64, Shape.DYNAMIC, WORDS);
    }
}
