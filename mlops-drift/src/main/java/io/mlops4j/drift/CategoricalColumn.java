package io.mlops4j.drift;

import io.mlops4j.RejectedInputException;
import java.util.HashMap;
import java.util.Map;

/** The reference values of a categorical feature: counts by label, so memory is bounded by the labels. */
final class CategoricalColumn implements ReferenceColumn {
    private final String name;
    private final Map<String, Long> counts = new HashMap<>();
    private long missing;

    CategoricalColumn(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void add(double value) {
        if (Double.isNaN(value)) {
            missing++;
        } else {
            add(CategoricalCells.label(value));
        }
    }

    @Override
    public void add(String label) {
        if (counts.size() == CategoricalCells.MAX_LABELS && !counts.containsKey(label)) {
            throw new RejectedInputException("Cannot profile feature " + name + " as a category: it has more than "
                    + CategoricalCells.MAX_LABELS + " labels; declare it numeric or leave it out");
        }
        counts.merge(label, 1L, Long::sum);
    }

    @Override
    public FeatureProfile freeze() {
        CategoricalCells cells = CategoricalCells.freeze(counts.keySet());
        long[] byCell = new long[cells.size()];
        counts.forEach((label, count) -> byCell[cells.of(label)] = count);
        byCell[cells.of(Double.NaN)] = missing;
        return new FeatureProfile(name, cells, CellCounts.of(byCell));
    }
}
