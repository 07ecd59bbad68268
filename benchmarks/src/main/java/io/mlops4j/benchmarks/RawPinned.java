package io.mlops4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * The rival at its best: ONNX Runtime's own API with direct input and output buffers that are made once and pinned, as
 * an expert would write it for one thread.
 *
 * <p>Confined to one thread at a time.
 */
final class RawPinned implements AutoCloseable {
    private final OrtSession.SessionOptions options;
    private final OrtSession session;
    private final FloatBuffer in;
    private final FloatBuffer out;
    private final OnnxTensor inTensor;
    private final OnnxTensor outTensor;
    private final Map<String, OnnxTensor> inputs;
    private final Map<String, OnnxValue> outputs;

    RawPinned(byte[] model, int features) throws OrtException {
        var environment = OrtEnvironment.getEnvironment();
        options = options();
        session = environment.createSession(model, options);
        in = direct(features);
        out = direct(1);
        inTensor = OnnxTensor.createTensor(environment, in, new long[] {1, features});
        outTensor = OnnxTensor.createTensor(environment, out, new long[] {1, 1});
        inputs = Map.of(session.getInputNames().iterator().next(), inTensor);
        outputs = Map.of(session.getOutputNames().iterator().next(), outTensor);
    }

    /** One thread that does not spin: what a service that embeds small models wants, and what we do. */
    static OrtSession.SessionOptions options() throws OrtException {
        var options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        return options;
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(length * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    float score(float[] row) throws OrtException {
        in.put(0, row);
        session.run(inputs, outputs).close();
        return out.get(0);
    }

    @Override
    public void close() throws OrtException {
        inTensor.close();
        outTensor.close();
        session.close();
        options.close();
    }
}
