package io.mlops4j.serving.tabular;

import io.mlops4j.model.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The labels of a classifier: all {@link Long} or all {@link String}.
 *
 * <p>Immutable.
 *
 * @param labels by class
 */
record Classes(List<Object> labels) {
    Classes {
        labels = List.copyOf(labels);
    }

    /** The labels that an operator has under two attribute names, of which it must use one. */
    static Classes of(Node node, String texts, String numbers) throws NotCompiledException {
        List<String> strings = node.texts(texts);
        long[] longs = node.numbers(numbers);
        NotCompiledException.require(strings.isEmpty() != (longs.length == 0), "labels of one kind");
        return strings.isEmpty()
                ? new Classes(
                        LongStream.of(longs).<Object>mapToObj(Long::valueOf).toList())
                : new Classes(List.copyOf(strings));
    }

    int count() {
        return labels.size();
    }

    boolean areNumbers() {
        return labels.get(0) instanceof Long;
    }

    /** The labels of some classes as a tensor [n]. */
    Tensor tensor(int[] classes) {
        return areNumbers()
                ? Tensor.ofLongs(
                        Arrays.stream(classes)
                                .mapToLong(i -> (Long) labels.get(i))
                                .toArray(),
                        classes.length)
                : Tensor.ofStrings(
                        Arrays.stream(classes)
                                .mapToObj(i -> (String) labels.get(i))
                                .toList(),
                        classes.length);
    }

    /** The labels in a tensor that {@link #tensor} could have made. */
    static List<Object> read(Tensor tensor) {
        return switch (tensor.type()) {
            case INT64 ->
                LongStream.of(tensor.longs()).<Object>mapToObj(Long::valueOf).toList();
            case STRING -> List.copyOf(tensor.strings());
            default -> List.of();
        };
    }
}
