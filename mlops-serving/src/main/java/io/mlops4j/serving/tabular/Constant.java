package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.require;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.Arrays;
import java.util.Map;

/**
 * A constant tensor of a graph, FLOAT32 or INT64. Field numbers are those of {@code TensorProto} [1].
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Effectively immutable; the arrays are shared.
 */
final class Constant {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int MAX_RANK = 8;

    private String name = "";
    private long type;
    private long[] sizes = {};
    private float[] decimals = {};
    private long[] numbers = {};

    private Constant() {}

    /** Reads a constant; false if there is one of its name already. */
    static boolean readInto(Map<String, Constant> constants, ProtoReader reader)
            throws MalformedProtoException, NotCompiledException {
        var constant = new Constant();
        while (reader.next()) {
            constant.field(reader);
        }
        long count = 1;
        for (long size : constant.sizes) {
            require(size >= 0 && size <= Integer.MAX_VALUE, "constants of known size");
            count = Math.min(Integer.MAX_VALUE, count * size);
        }
        int seen = constant.type == FLOAT ? constant.decimals.length : constant.numbers.length;
        require((constant.type == FLOAT || constant.type == INT64) && seen == count, "constants of FLOAT32 or INT64");
        return constants.put(constant.name, constant) == null;
    }

    private void field(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        switch (reader.field()) {
            case 1 -> {
                for (long size : reader.isVarint() ? new long[] {reader.number()} : packed(reader)) {
                    size(size);
                }
            }
            case 2 -> type = reader.number();
            case 4 -> decimals = reader.floats();
            case 7 -> numbers = packed(reader);
            case 8 -> name = reader.text();
            case 9 -> raw(reader);
            case 12 -> {} // a comment
            default -> throw new NotCompiledException("expected constants of FLOAT32 or INT64 within the file");
        }
    }

    /** The type stands before the data in every file that is written in the order of its fields. */
    private void raw(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        if (type == FLOAT) {
            decimals = reader.floats();
        } else {
            require(type == INT64, "constants of FLOAT32 or INT64");
            numbers = reader.longs();
        }
    }

    private static long[] packed(ProtoReader reader) throws MalformedProtoException {
        long[] values = new long[reader.length()];
        int count = 0;
        ProtoReader packed = reader.message();
        while (packed.hasMore()) {
            values[count++] = packed.varint();
        }
        return Arrays.copyOf(values, count);
    }

    private void size(long size) throws NotCompiledException {
        require(sizes.length < MAX_RANK, "constants of few dimensions");
        sizes = Arrays.copyOf(sizes, sizes.length + 1);
        sizes[sizes.length - 1] = size;
    }

    /** Whether this is a matrix of FLOAT32. */
    boolean isMatrix() {
        return type == FLOAT && sizes.length == 2;
    }

    /** Whether this is FLOAT32 of shape [n] or [1, n]. */
    boolean isRow(int n) {
        return type == FLOAT
                && decimals.length == n
                && sizes.length >= 1
                && sizes.length <= 2
                && sizes[sizes.length - 1] == n;
    }

    /** Whether this is INT64 and holds these. */
    boolean holds(long... values) {
        return type == INT64 && sizes.length == 1 && Arrays.equals(numbers, values);
    }

    int rows() {
        return (int) sizes[0];
    }

    int columns() {
        return (int) sizes[1];
    }

    float[] decimals() {
        return decimals;
    }
}
