package io.mlops4j.tribuo;

import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.Map;
import java.util.Objects;

/** ONNX Runtime, but for one row whose scores are not a number. */
record WrongRuntime(int row) implements InferenceRuntime {
    @Override
    public String name() {
        return "wrong";
    }

    @Override
    public boolean accepts(VerifiedModel model) {
        return true;
    }

    @Override
    public LoadedModel load(VerifiedModel model) {
        LoadedModel right = OnnxRuntime.withDefaults().load(model);
        return new LoadedModel() {
            @Override
            public Signature signature() {
                return right.signature();
            }

            @Override
            public Map<String, Value> run(Map<String, Value> inputs) {
                Tensor scores =
                        (Tensor) Objects.requireNonNull(right.run(inputs).get("output"));
                float[] values = scores.floats();
                values[row] = Float.NaN;
                return Map.of("output", Tensor.ofFloats(values, scores.shape().sizes()));
            }

            @Override
            public void close() {
                right.close();
            }
        };
    }
}
