package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.model.ElementType;
import io.mlops4j.serving.internal.ProtoReader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes the unsigned tensors that ONNX Runtime's Java API cannot make from a buffer: it makes the signed tensor of the
 * same bits and lets a one-node model {@code Cast} it, which between integers of one width keeps the bits.
 *
 * <p>Thread-safe. Each type's model is made when it is first needed.
 */
final class UnsignedCasts implements AutoCloseable {
    private static final int INT16 = 5;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int UINT16 = 4;
    private static final int UINT32 = 12;
    private static final int UINT64 = 13;

    private final OrtEnvironment environment;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final NativeResources owned = new NativeResources();

    @GuardedBy("lock") private final Map<ElementType, OrtSession> sessions = new EnumMap<>(ElementType.class);

    UnsignedCasts(OrtEnvironment environment) {
        this.environment = environment;
    }

    static boolean needs(ElementType type) {
        return type.isUnsigned() && type != ElementType.UINT8;
    }

    /** As {@link TensorMaker#ofNumbers}, for the types that {@link #needs} names. */
    OnnxTensor cast(ElementType type, ByteBuffer data, long[] sizes, NativeResources owner) throws OrtException {
        OrtSession session = session(type);
        try (OnnxTensor signed =
                OnnxTensor.createTensor(environment, data, sizes, TensorMaker.javaType(signed(type)))) {
            OrtSession.Result result = owner.own(session.run(Collections.singletonMap("x", signed)));
            return (OnnxTensor) result.get(0);
        }
    }

    private OrtSession session(ElementType type) throws OrtException {
        lock.lock();
        try {
            OrtSession session = sessions.get(type);
            if (session == null) {
                var options = owned.own(OnnxOptions.defaults().open());
                session = owned.own(environment.createSession(castModel(type), options));
                sessions.put(type, session);
            }
            return session;
        } finally {
            lock.unlock();
        }
    }

    private static ElementType signed(ElementType type) {
        return switch (type) {
            case UINT16 -> ElementType.INT16;
            case UINT32 -> ElementType.INT32;
            case UINT64 -> ElementType.INT64;
            default -> throw new IllegalArgumentException("Not in need of a cast: " + type);
        };
    }

    /** A ModelProto with one node {@code y = Cast<to>(x)}; the shape of x is not declared, so it may be any. */
    private static byte[] castModel(ElementType type) {
        int from = type == ElementType.UINT16 ? INT16 : type == ElementType.UINT32 ? INT32 : INT64;
        int to = type == ElementType.UINT16 ? UINT16 : type == ElementType.UINT32 ? UINT32 : UINT64;
        // AttributeProto: name 1, i 3, type 20 (INT = 2, whose tag takes two bytes)
        byte[] attribute = join(text(1, "to"), new byte[] {3 << 3, (byte) to, (byte) 0xa0, 1, 2});
        byte[] node = join(text(1, "x"), text(2, "y"), text(4, "Cast"), field(5, attribute));
        byte[] graph = join(field(1, node), text(2, "cast"), field(11, value("x", from)), field(12, value("y", to)));
        byte[] opset = {2 << 3, 13};
        return join(new byte[] {1 << 3, 8}, field(7, graph), field(8, opset));
    }

    private static byte[] value(String name, int elementType) {
        byte[] tensorType = {1 << 3, (byte) elementType};
        return join(text(1, name), field(2, field(1, tensorType)));
    }

    private static byte[] text(int number, String text) {
        return field(number, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A bytes field; everything here is shorter than 128 bytes, so that lengths are one byte. */
    private static byte[] field(int number, byte[] content) {
        return join(new byte[] {(byte) (number << 3 | ProtoReader.BYTES), (byte) content.length}, content);
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            sessions.clear();
            owned.close();
        } finally {
            lock.unlock();
        }
    }
}
