package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.serving.internal.ProtoWriter;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds text of a model's answer that ONNX Runtime's Java binding garbled. The binding reads UTF-8 as Java's modified
 * UTF-8: of a character beyond U+FFFF each of the four bytes becomes a character, and as the text is still given no more
 * characters than it had, its end is lost: "😀ok" arrives as U+00F0 U+009F U+0098, and "a😀" as "að". What is left always
 * shows a first byte, U+00F0 to U+00F4, before a following byte, U+0080 to U+00BF, or at the end.
 *
 * <p>There may be honest text of that look, "það" for one. So where a tensor looks garbled a one-node model is asked, which
 * sees the text as it is: {@code RegexFullMatch} by everything but the characters beyond U+FFFF. Text in maps cannot be
 * given to a model; there only a label in the model's file can be the cause, so the file is asked.
 *
 * <p>Thread-safe. The one-node model is made when it is first needed.
 */
final class GarbledText implements AutoCloseable {
    private static final int STRING = 8;
    private static final int BOOL = 9;
    private static final int IR_VERSION = 8;
    private static final int OPSET_WITH_REGEX = 20;
    private static final int TYPE_STRING = 3;

    private final OrtEnvironment environment;
    private final boolean labelsBeyondPlane;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final NativeResources owned = new NativeResources();

    @GuardedBy("lock") private @Nullable OrtSession session;

    /**
     * Makes a finder for one model.
     *
     * @param labelsBeyondPlane whether a list of texts in the model's file has characters beyond U+FFFF
     */
    GarbledText(OrtEnvironment environment, boolean labelsBeyondPlane) {
        this.environment = environment;
        this.labelsBeyondPlane = labelsBeyondPlane;
    }

    /** Whether a tensor's text is not what the binding read. */
    boolean isIn(OnnxTensor tensor, Collection<String> read) throws OrtException {
        if (read.stream().noneMatch(GarbledText::isSuspect)) {
            return false;
        }
        try (OrtSession.Result result = session().run(Collections.singletonMap("x", tensor))) {
            OnnxTensor fine = (OnnxTensor) result.get(0);
            var flags = fine.getByteBuffer();
            while (flags.hasRemaining()) {
                if (flags.get() == 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Whether a text in a map is not what the binding read, as far as can be told. */
    boolean isInMap(Object text) {
        return labelsBeyondPlane && text instanceof String read && isSuspect(read);
    }

    private static boolean isSuspect(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0xf0 && c <= 0xf4 && (i + 1 == text.length() || isFollowing(text.charAt(i + 1)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFollowing(char c) {
        return c >= 0x80 && c <= 0xbf;
    }

    private OrtSession session() throws OrtException {
        lock.lock();
        try {
            OrtSession there = session;
            if (there == null) {
                var options = owned.own(OnnxOptions.defaults().open());
                there = owned.own(environment.createSession(model(), options));
                session = there;
            }
            return there;
        } finally {
            lock.unlock();
        }
    }

    /** A ModelProto with one node {@code y = RegexFullMatch(x)}; the shape of x is not declared, so it may be any. */
    private static byte[] model() {
        var graph = new ProtoWriter()
                .message(1, node -> node.text(1, "x")
                        .text(2, "y")
                        .text(4, "RegexFullMatch")
                        .message(5, pattern -> pattern.text(1, "pattern")
                                .text(4, "(?s)[^\\x{10000}-\\x{10FFFF}]*")
                                .number(20, TYPE_STRING)))
                .text(2, "plane");
        value(graph, 11, "x", STRING);
        value(graph, 12, "y", BOOL);
        return new ProtoWriter()
                .number(1, IR_VERSION)
                .bytes(7, graph.toByteArray())
                .message(8, opset -> opset.number(2, OPSET_WITH_REGEX))
                .toByteArray();
    }

    private static void value(ProtoWriter graph, int field, String name, int elementType) {
        graph.message(field, value -> value.text(1, name)
                .message(2, type -> type.message(1, tensor -> tensor.number(1, elementType))));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            session = null;
            owned.close();
        } finally {
            lock.unlock();
        }
    }
}
