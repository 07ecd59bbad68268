package io.mlops4j.drift;

import java.util.Arrays;

/** The reference values of a numeric feature. */
final class NumericColumn implements ReferenceColumn {
    private static final int FIRST_CAPACITY = 256;

    private final String name;
    private final int cells;
    private double[] values = new double[FIRST_CAPACITY];
    private int size;

    NumericColumn(String name, int cells) {
        if (cells < 1 || cells > NumericCells.MAX_CELLS) {
            throw new IllegalArgumentException("Invalid number of cells " + cells + " of feature " + name
                    + ": expected 1 to " + NumericCells.MAX_CELLS);
        }
        this.name = name;
        this.cells = cells;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void add(double value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, 2 * size);
        }
        values[size++] = value;
    }

    @Override
    public void add(String value) {
        add(Double.NaN);
    }

    @Override
    public FeatureProfile freeze() {
        double[] all = Arrays.copyOf(values, size);
        NumericCells frozen = NumericCells.freeze(all, cells);
        long[] counts = new long[frozen.size()];
        for (double value : all) {
            counts[frozen.of(value)]++;
        }
        return new FeatureProfile(name, frozen, CellCounts.of(counts));
    }
}
