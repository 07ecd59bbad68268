package io.mlops4j.drift;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cells of a category: one for each label that the reference held, in ascending order, then <em>unseen</em> for every
 * other label, then <em>missing</em> for null and NaN. A number is the label that {@link #label} gives it, so that a
 * day of week may come as {@code 3.0f}, {@code 3L} or {@code "3"}.
 *
 * <p>Immutable.
 */
public final class CategoricalCells implements Cells {
    /** The most labels of one feature; a column with more is an identifier or a measurement. */
    public static final int MAX_LABELS = 1000;

    private static final double EXACT_LONGS = 0x1p53;

    private final List<String> labels;
    private final Map<String, Integer> byLabel = new HashMap<>();
    private final double[] numbers;
    private final int[] cellsOfNumbers;

    private CategoricalCells(List<String> labels) {
        this.labels = labels;
        for (String label : labels) {
            byLabel.put(label, byLabel.size());
        }
        this.numbers = labels.stream()
                .filter(CategoricalCells::isNumber)
                .mapToDouble(Double::parseDouble)
                .sorted()
                .toArray();
        this.cellsOfNumbers = new int[numbers.length];
        Arrays.setAll(cellsOfNumbers, i -> byLabel.getOrDefault(label(numbers[i]), labels.size()));
    }

    /**
     * Freezes the labels of a reference.
     *
     * @param labels the labels, each once or more, at most {@link #MAX_LABELS} distinct ones
     * @return the cells
     * @throws IllegalArgumentException if there are more distinct labels
     */
    public static CategoricalCells freeze(Collection<String> labels) {
        List<String> distinct = labels.stream().distinct().sorted().toList();
        if (distinct.size() > MAX_LABELS) {
            throw new IllegalArgumentException(
                    "Invalid category of " + distinct.size() + " labels: expected at most " + MAX_LABELS);
        }
        return new CategoricalCells(distinct);
    }

    /**
     * The label of a number: whole numbers without a decimal point, all others as Java prints them.
     *
     * @param value any number but NaN
     * @return such as {@code 3} or {@code 0.5}
     */
    public static String label(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= EXACT_LONGS;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }

    private static boolean isNumber(String label) {
        try {
            return label(Double.parseDouble(label)).equals(label);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    @Override
    public int size() {
        return labels.size() + 2;
    }

    @Override
    public int of(double value) {
        if (Double.isNaN(value)) {
            return labels.size() + 1;
        }
        int found = Arrays.binarySearch(numbers, value + 0.0);
        return found >= 0 ? cellsOfNumbers[found] : labels.size();
    }

    @Override
    public int of(@Nullable String value) {
        return value == null ? labels.size() + 1 : byLabel.getOrDefault(value, labels.size());
    }

    @Override
    public boolean ordered() {
        return false;
    }

    /** {@inheritDoc} Labels have no neighbours, so each stays alone. */
    @Override
    public int[] groups(CellCounts reference, int most) {
        int[] alone = new int[size()];
        Arrays.setAll(alone, i -> i);
        return alone;
    }

    @Override
    public String describe(int cell) {
        if (cell >= labels.size()) {
            return cell == labels.size() ? "unseen" : "missing";
        }
        return labels.get(cell);
    }

    void save(ByteWriter out) {
        out.putInt(labels.size());
        labels.forEach(out::putText);
    }

    static CategoricalCells restore(ByteReader in) {
        int size = in.nextCount("labels", Integer.BYTES, MAX_LABELS);
        String[] labels = new String[size];
        for (int i = 0; i < size; i++) {
            labels[i] = in.nextText();
            in.require(i == 0 || labels[i - 1].compareTo(labels[i]) < 0, "its labels are not in ascending order");
        }
        return new CategoricalCells(List.of(labels));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CategoricalCells that && labels.equals(that.labels);
    }

    @Override
    public int hashCode() {
        return labels.hashCode();
    }

    @Override
    public String toString() {
        return "CategoricalCells[" + labels.size() + " labels]";
    }
}
