package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks ONNX Runtime by its own Java binding, as its documentation does; no code of ours between. */
final class RawOnnx {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private RawOnnx() {}

    /** The answers to the same question, asked several times of one session. */
    static List<Map<String, Seen>> ask(byte[] model, Map<String, Value> inputs, int times) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            try (OrtSession session = ENVIRONMENT.createSession(model, options);
                    var feed = new NativeResources()) {
                Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
                for (Map.Entry<String, Value> input : inputs.entrySet()) {
                    tensors.put(input.getKey(), tensor(input.getValue(), feed));
                }
                List<Map<String, Seen>> answers = new ArrayList<>();
                for (int i = 0; i < times; i++) {
                    try (OrtSession.Result result = session.run(tensors)) {
                        answers.add(seen(result));
                    }
                }
                return answers;
            }
        }
    }

    private static Map<String, Seen> seen(OrtSession.Result result) throws OrtException {
        Map<String, Seen> seen = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
            seen.put(output.getKey(), Seen.of(output.getValue()));
        }
        return seen;
    }

    private static OnnxTensor tensor(Value value, NativeResources feed) throws OrtException {
        if (!(value instanceof Tensor tensor)) {
            throw new OrtException("OrtSession.run takes tensors only");
        }
        long[] sizes = tensor.shape().sizes();
        if (tensor.type() == ElementType.STRING) {
            return feed.own(
                    OnnxTensor.createTensor(ENVIRONMENT, tensor.strings().toArray(new String[0]), sizes));
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(tensor.data().remaining()).order(ByteOrder.nativeOrder());
        direct.put(tensor.data()).flip();
        return switch (tensor.type()) {
            // The binding makes no such tensors: what goes in is Cast from the signed one of the same bits.
            case UINT16 -> cast(direct, sizes, OnnxJavaType.INT16, ElementType.INT16, tensor.type(), feed);
            case UINT32 -> cast(direct, sizes, OnnxJavaType.INT32, ElementType.INT32, tensor.type(), feed);
            case UINT64 -> cast(direct, sizes, OnnxJavaType.INT64, ElementType.INT64, tensor.type(), feed);
            case FLOAT32 -> feed.own(OnnxTensor.createTensor(ENVIRONMENT, direct, sizes, OnnxJavaType.FLOAT));
            case FLOAT64 -> feed.own(OnnxTensor.createTensor(ENVIRONMENT, direct, sizes, OnnxJavaType.DOUBLE));
            default ->
                feed.own(OnnxTensor.createTensor(
                        ENVIRONMENT,
                        direct,
                        sizes,
                        OnnxJavaType.valueOf(tensor.type().name())));
        };
    }

    private static OnnxTensor cast(
            ByteBuffer data, long[] sizes, OnnxJavaType java, ElementType from, ElementType to, NativeResources feed)
            throws OrtException {
        byte[] model = new OnnxGraph()
                .inputOfAnyShape("x", from)
                .outputOfAnyShape("y", to)
                .node("Cast", List.of("x"), List.of("y"), Attribute.of("to", OnnxGraph.number(to)))
                .toModel();
        OrtSession session = feed.own(ENVIRONMENT.createSession(model));
        OnnxTensor signed = feed.own(OnnxTensor.createTensor(ENVIRONMENT, data, sizes, java));
        return (OnnxTensor) feed.own(session.run(Map.of("x", signed))).get(0);
    }
}
