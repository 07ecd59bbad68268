package io.mlops4j.examples.ridership;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.List;
import java.util.Map;

/**
 * A model that is loaded to be judged, beside the one that serves.
 *
 * <p>Confined to one thread at a time.
 */
final class LoadedRides implements AutoCloseable {
    private static final int MAX_MODEL = 64 << 20;

    private final LoadedModel model;
    private final RowScorer scorer;
    private final float[] out;

    private LoadedRides(VerifiedModel verified) {
        model = OnnxRuntime.withDefaults().load(verified);
        scorer = model.rowScorer().orElseThrow();
        out = new float[scorer.outputs()];
    }

    static LoadedRides of(byte[] onnx) {
        return new LoadedRides(VerifiedModel.verify("rides", ModelVersion.MODEL_FILE, onnx, Digest.of(onnx), Map.of()));
    }

    static LoadedRides of(ModelRegistry registry, ModelVersion version) {
        return of(registry.bytes(version.id(), ModelVersion.MODEL_FILE, MAX_MODEL));
    }

    float predict(RideDay day) {
        scorer.score(Features.of(day), out);
        return out[0];
    }

    /** Absolute errors, thousands of rides, a day each. */
    double[] errors(List<RideDay> days) {
        return days.stream()
                .mapToDouble(day -> Math.abs(predict(day) - day.ridership()))
                .toArray();
    }

    @Override
    public void close() {
        model.close();
    }
}
