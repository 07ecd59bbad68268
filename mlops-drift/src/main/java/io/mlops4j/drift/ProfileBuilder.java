package io.mlops4j.drift;

import io.mlops4j.RejectedInputException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Freezes a {@link ReferenceProfile} from rows: features are declared in the order of a row's columns, then rows are
 * added, then {@link #build()} sorts and cuts.
 *
 * <p>Quantiles are exact: the builder holds 8 bytes a number, and refuses more than {@link #MAX_ROWS} rows. A larger
 * reference is frozen from a sample of its rows; then all of it is counted into the frozen cells with
 * {@link StripedCounts} and put in by {@link ReferenceProfile#withCounts}: the counts are exact again, and the memory
 * stays bounded.
 *
 * <p>Confined to one thread at a time.
 */
public final class ProfileBuilder {
    /** The most rows that a builder takes. */
    public static final int MAX_ROWS = 1 << 20;

    private final List<ReferenceColumn> columns = new ArrayList<>();
    private int rows;

    ProfileBuilder() {}

    /**
     * Declares a numeric feature of {@link NumericCells#DEFAULT_CELLS} cells.
     *
     * @param name its name
     * @return this builder
     */
    public ProfileBuilder numeric(String name) {
        return numeric(name, NumericCells.DEFAULT_CELLS);
    }

    /**
     * Declares a numeric feature.
     *
     * @param name its name
     * @param cells the most ordinary cells, 1 to {@link NumericCells#MAX_CELLS}
     * @return this builder
     */
    public ProfileBuilder numeric(String name, int cells) {
        return declare(new NumericColumn(name, cells));
    }

    /**
     * Declares a feature whose values are labels, as text or as numbers.
     *
     * @param name its name
     * @return this builder
     */
    public ProfileBuilder categorical(String name) {
        return declare(new CategoricalColumn(name));
    }

    private ProfileBuilder declare(ReferenceColumn column) {
        if (rows > 0) {
            throw new IllegalStateException(
                    "Cannot declare feature " + column.name() + " after " + rows + " rows: declare features first");
        }
        columns.add(column);
        return this;
    }

    /**
     * Adds a row of numbers.
     *
     * @param row one value a feature; NaN is missing
     * @return this builder
     * @throws RejectedInputException if the row has another width, a category has too many labels, or there are too many
     *     rows
     */
    public ProfileBuilder add(float[] row) {
        requireRow(row.length);
        for (int i = 0; i < row.length; i++) {
            columns.get(i).add(row[i]);
        }
        rows++;
        return this;
    }

    /**
     * Adds a row of numbers.
     *
     * @param row one value a feature; NaN is missing
     * @return this builder
     * @throws RejectedInputException if the row has another width, a category has too many labels, or there are too many
     *     rows
     */
    public ProfileBuilder add(double[] row) {
        requireRow(row.length);
        for (int i = 0; i < row.length; i++) {
            columns.get(i).add(row[i]);
        }
        rows++;
        return this;
    }

    /**
     * Adds a row of mixed values.
     *
     * @param row one value a feature: a {@link Number}, a {@link CharSequence}, a {@link Boolean} (1 or 0), or null for
     *     missing; text in a numeric column is missing
     * @return this builder
     * @throws RejectedInputException if the row has another width, a value is of another type, a category has too many
     *     labels, or there are too many rows
     */
    public ProfileBuilder add(List<? extends @Nullable Object> row) {
        requireRow(row.size());
        row.forEach(this::requireKnown);
        for (int i = 0; i < columns.size(); i++) {
            Object value = row.get(i);
            if (value instanceof CharSequence text) {
                columns.get(i).add(text.toString());
            } else {
                columns.get(i).add(numberOf(value));
            }
        }
        rows++;
        return this;
    }

    private static double numberOf(@Nullable Object value) {
        if (value instanceof Boolean truth) {
            return truth ? 1 : 0;
        }
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private void requireKnown(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof CharSequence) {
            return;
        }
        throw new RejectedInputException("Cannot add row " + rows + " to a profile: a value is a "
                + value.getClass().getName() + ", expected a number, text, a boolean or null");
    }

    private void requireRow(int width) {
        if (width != columns.size()) {
            throw new RejectedInputException("Cannot add row " + rows + " to a profile: it has " + width
                    + " values, expected " + columns.size() + " " + names());
        }
        if (rows == MAX_ROWS) {
            throw new RejectedInputException("Cannot add a row to a profile: it has " + MAX_ROWS
                    + " already, the most; freeze a sample and count the rest into its cells");
        }
    }

    private List<String> names() {
        return columns.stream().map(ReferenceColumn::name).toList();
    }

    /**
     * Freezes the profile. The builder may go on.
     *
     * @return the profile of the rows so far
     * @throws IllegalArgumentException if there are no features, names repeat, or there are no rows
     */
    public ReferenceProfile build() {
        if (rows == 0) {
            throw new IllegalArgumentException("Cannot freeze a profile of no rows: expected 1 or more");
        }
        return ReferenceProfile.of(columns.stream().map(ReferenceColumn::freeze).toList());
    }
}
