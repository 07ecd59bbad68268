package io.mlops4j.benchmarks;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.serving.Batching;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.Request;
import java.util.Map;
import java.util.Random;

/**
 * A perceptron that is served twice, with batching and without, by servers that are otherwise alike.
 *
 * <p>Thread-safe.
 */
final class Perceptron implements AutoCloseable {
    private final ModelName name = ModelName.of("benchmark");
    private final int features;
    private final int outputs;
    private final byte[] bytes;
    private final ModelServer batched;
    private final ModelServer plain;

    /**
     * Starts the servers.
     *
     * @param mostRows the most rows of a batch
     * @param sizes those of the layers, from the input's to the output's
     */
    Perceptron(int mostRows, int... sizes) {
        features = sizes[0];
        outputs = sizes[sizes.length - 1];
        bytes = OnnxModels.mlp(42, sizes);
        plain = start(Batching.off());
        batched = start(Batching.whenBusy().upTo(mostRows));
    }

    private ModelServer start(Batching batching) {
        return ModelServer.builder()
                .batching(batching)
                .serve(name, OnnxModels.verified("benchmark:1", bytes))
                .start();
    }

    ModelName name() {
        return name;
    }

    ModelServer batched() {
        return batched;
    }

    ModelServer plain() {
        return plain;
    }

    /** The model's file. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** How many numbers a row has. */
    int features() {
        return features;
    }

    /** How many numbers an answer has. */
    int outputs() {
        return outputs;
    }

    /** Some row. */
    float[] row(Random random) {
        float[] row = new float[features];
        for (int i = 0; i < features; i++) {
            row[i] = (float) random.nextGaussian();
        }
        return row;
    }

    /** A request of some row. */
    Request request(Random random) {
        String input = plain.signature(name).inputs().get(0).name();
        return Request.of(Map.of(input, Tensor.ofFloats(row(random), 1, features)));
    }

    @Override
    public void close() {
        batched.close();
        plain.close();
    }
}
