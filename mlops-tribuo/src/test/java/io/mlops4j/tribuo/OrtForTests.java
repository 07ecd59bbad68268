package io.mlops4j.tribuo;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.VerifiedModel;
import java.util.Map;

/** ONNX Runtime as plainly as it can be called: the reference that exports are judged by. */
final class OrtForTests implements InferenceRuntime {
    @Override
    public String name() {
        return "ort";
    }

    @Override
    public boolean accepts(VerifiedModel model) {
        return true;
    }

    @Override
    public LoadedModel load(VerifiedModel model) {
        try {
            return new Loaded(OrtEnvironment.getEnvironment().createSession(model.bytes()));
        } catch (OrtException e) {
            throw new RejectedModelException("Cannot load", e);
        }
    }

    private record Loaded(OrtSession session) implements LoadedModel {
        @Override
        public Signature signature() {
            throw new UnsupportedOperationException("not needed here");
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            Tensor rows = (Tensor) inputs.values().iterator().next();
            float[] values = rows.floats();
            int count = (int) rows.shape().size(0);
            int width = count == 0 ? 0 : values.length / count;
            float[][] nested = new float[count][width];
            for (int i = 0; i < count; i++) {
                System.arraycopy(values, i * width, nested[i], 0, width);
            }
            try (var tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), nested);
                    var result = session.run(Map.of("input", tensor))) {
                return Map.of("output", Tensor.ofRows((float[][])
                        result.get("output").orElseThrow().getValue()));
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
