package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.RejectedInputException;
import io.mlops4j.serving.RowForm;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.internal.SlotPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows over pooled direct memory: the row is copied into a tensor that stands ready, the runtime writes the
 * answer into another one, and nothing is made but what the binding itself makes for a call.
 *
 * <p>Thread-safe: each call has a place of its own.
 */
final class OnnxRowScorer implements RowScorer {
    private final OnnxFailures failures;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final OrtSession.RunOptions runOptions;
    private final RowForm form;
    private final int features;
    private final int outputs;
    private final SlotPool<Place> places = new SlotPool<>();

    OnnxRowScorer(
            OnnxFailures failures,
            OrtEnvironment environment,
            OrtSession session,
            OrtSession.RunOptions runOptions,
            RowForm form) {
        this.failures = failures;
        this.environment = environment;
        this.session = session;
        this.runOptions = runOptions;
        this.form = form;
        this.features = form.features();
        this.outputs = form.outputs();
    }

    @Override
    public int features() {
        return features;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void score(float[] row, float[] out) {
        if (row.length != features) {
            throw new RejectedInputException("Cannot score a row by model " + failures.model() + ": it has "
                    + row.length + " values, expected " + features);
        }
        if (out.length < outputs) {
            throw new IllegalArgumentException("Cannot score a row by model " + failures.model() + ": room for "
                    + out.length + " numbers, expected " + outputs);
        }
        try {
            score(take(), row, out);
        } catch (OrtException e) {
            throw failures.ofRun(e);
        }
    }

    private void score(Place place, float[] row, float[] out) throws OrtException {
        try {
            place.input.put(0, row, 0, features);
            session.run(place.inputs, Set.of(), place.outputs, runOptions).close();
            place.output.get(0, out, 0, outputs);
        } finally {
            if (!places.give(place)) {
                place.close();
            }
        }
    }

    private Place take() throws OrtException {
        @Nullable Place place = places.take();
        return place != null ? place : new Place(environment, form);
    }

    /** Frees the places; nobody may be scoring. */
    void close() {
        places.drain(Place::close);
    }

    /** Memory and tensors of one row. */
    private static final class Place {
        private final FloatBuffer input;
        private final FloatBuffer output;
        private final OnnxTensor inputTensor;
        private final OnnxTensor outputTensor;
        private final Map<String, OnnxTensor> inputs;
        private final Map<String, OnnxTensor> outputs;

        Place(OrtEnvironment environment, RowForm form) throws OrtException {
            input = direct(form.features());
            output = direct(form.outputs());
            inputTensor =
                    OnnxTensor.createTensor(environment, input, form.inputRow().sizes());
            try {
                outputTensor = OnnxTensor.createTensor(
                        environment, output, form.outputRow().sizes());
            } catch (OrtException | RuntimeException e) {
                inputTensor.close();
                throw e;
            }
            inputs = Map.of(form.input().name(), inputTensor);
            outputs = Map.of(form.output().name(), outputTensor);
        }

        private static FloatBuffer direct(int floats) {
            return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }

        void close() {
            inputTensor.close();
            outputTensor.close();
        }
    }
}
