package io.mlops4j.serving.tabular;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An attribute of a node: a number, a text, or a list of either. Field numbers are those of {@code AttributeProto} [1].
 * It takes at most eight times the memory of its bytes.
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Effectively immutable; the arrays are shared.
 */
final class Attribute {
    private String name = "";
    private long number;
    private float decimal;
    private String text = "";
    private long[] numbers = {};
    private int numberCount;
    private float[] decimals = {};
    private int decimalCount;
    private final List<String> texts = new ArrayList<>();

    private Attribute() {}

    static Attribute read(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        var attribute = new Attribute();
        while (reader.next()) {
            attribute.field(reader);
        }
        attribute.numbers = Arrays.copyOf(attribute.numbers, attribute.numberCount);
        attribute.decimals = Arrays.copyOf(attribute.decimals, attribute.decimalCount);
        return attribute;
    }

    private void field(ProtoReader reader) throws MalformedProtoException, NotCompiledException {
        switch (reader.field()) {
            case 1 -> name = reader.text();
            case 2 -> decimal = reader.isFixed32() ? reader.decimal() : 0;
            case 3 -> number = reader.number();
            case 4 -> text = reader.text();
            case 7 -> decimals(reader);
            case 8 -> numbers(reader);
            case 9 -> texts.add(reader.text());
            case 13, 20 -> {} // a comment, and the type, which the values tell
            default -> throw new NotCompiledException("expected no tensors, graphs or references as attributes");
        }
    }

    private void decimals(ProtoReader reader) throws MalformedProtoException {
        float[] more = reader.isFixed32() ? new float[] {reader.decimal()} : reader.floats();
        if (decimalCount + more.length > decimals.length) {
            decimals = Arrays.copyOf(decimals, Math.max(decimalCount + more.length, decimalCount * 2));
        }
        System.arraycopy(more, 0, decimals, decimalCount, more.length);
        decimalCount += more.length;
    }

    private void numbers(ProtoReader reader) throws MalformedProtoException {
        if (reader.isVarint()) {
            add(reader.number());
            return;
        }
        ProtoReader packed = reader.message();
        while (packed.hasMore()) {
            add(packed.varint());
        }
    }

    private void add(long value) {
        if (numberCount == numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(16, numberCount * 2));
        }
        numbers[numberCount++] = value;
    }

    String name() {
        return name;
    }

    long number() {
        return number;
    }

    float decimal() {
        return decimal;
    }

    String text() {
        return text;
    }

    long[] numbers() {
        return numbers;
    }

    float[] decimals() {
        return decimals;
    }

    List<String> texts() {
        return texts;
    }
}
