package io.mlops4j.serving.onnx;

import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts how many nodes a model has once the functions that it defines are written out where they are called, as ONNX
 * Runtime does when it loads. Twenty small functions, each calling the next one twice, are a million nodes: the count is
 * bounded before anything is written out.
 *
 * <p>Confined to one thread at a time.
 */
final class FunctionCalls {
    /** Above this the runtime would take minutes to load; large exported models have some ten thousand. */
    static final long MAX_NODES = 1L << 16;

    private static final int MAX_DEPTH = 256;
    private static final long OPEN = -1;

    private final Map<String, Map<String, Long>> bodies = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();

    /** What identifies a function, and a call to it. */
    static String key(String domain, String name, String overload) {
        return (domain.equals("ai.onnx") ? "" : domain) + '\u0000' + name + '\u0000' + overload;
    }

    /** Adds a function: how often each operator or function is called in its body. */
    void define(String key, Map<String, Long> calls) {
        Map<String, Long> body = bodies.computeIfAbsent(key, k -> new HashMap<>());
        calls.forEach((callee, times) -> body.merge(callee, times, Long::sum));
    }

    /**
     * Counts the nodes behind some calls.
     *
     * @param calls how often each operator or function is called by the main graph
     * @throws MalformedProtoException if there are too many, or functions call each other without end
     */
    void requireBounded(Map<String, Long> calls) throws MalformedProtoException {
        if (!bodies.isEmpty() && nodes(calls, 0) > MAX_NODES) {
            throw new MalformedProtoException("its functions, written out, have more than " + MAX_NODES + " nodes");
        }
    }

    private long nodes(Map<String, Long> calls, int depth) throws MalformedProtoException {
        if (depth > MAX_DEPTH) {
            throw new MalformedProtoException("functions that call each other more than " + MAX_DEPTH + " deep");
        }
        long sum = 0;
        for (Map.Entry<String, Long> call : calls.entrySet()) {
            sum = Math.min(sum + Math.min(call.getValue(), MAX_NODES + 1) * size(call.getKey(), depth), MAX_NODES + 1);
        }
        return sum;
    }

    private long size(String key, int depth) throws MalformedProtoException {
        Map<String, Long> body = bodies.get(key);
        if (body == null) {
            return 1; // an operator
        }
        Long known = sizes.putIfAbsent(key, OPEN);
        if (known == null) {
            known = nodes(body, depth + 1);
            sizes.put(key, known);
        } else if (known == OPEN) {
            throw new MalformedProtoException("functions that call themselves");
        }
        return known;
    }
}
