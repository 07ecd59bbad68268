package io.mlops4j.drift;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor's elements as cells see them: numbers, or text.
 *
 * <p>Immutable.
 */
final class Elements {
    private final double[] numbers;
    private final List<String> texts;

    private Elements(double[] numbers, List<String> texts) {
        this.numbers = numbers;
        this.texts = texts;
    }

    static Elements of(Tensor tensor) {
        return tensor.type() == ElementType.STRING
                ? new Elements(new double[0], tensor.strings())
                : new Elements(numbers(tensor), List.of());
    }

    private static double[] numbers(Tensor tensor) {
        ElementType type = tensor.type();
        if (type.isFloat()) {
            return tensor.doubles();
        }
        if (type == ElementType.BOOL) {
            boolean[] truths = tensor.booleans();
            double[] numbers = new double[truths.length];
            Arrays.setAll(numbers, i -> truths[i] ? 1 : 0);
            return numbers;
        }
        return Arrays.stream(tensor.longs())
                .mapToDouble(value -> type.isUnsigned() && value < 0 ? (value >>> 1) * 2.0 : value)
                .toArray();
    }

    int cell(Cells cells, int element) {
        return texts.isEmpty() ? cells.of(numbers[element]) : cells.of(texts.get(element));
    }
}
