package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import java.util.Comparator;

/**
 * Identifies one immutable version of a model: {@code rides:3}.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param number counts from 1, without gaps, in the order of registration
 */
public record VersionId(ModelName model, int number) implements Comparable<VersionId> {
    private static final Comparator<VersionId> ORDER =
            Comparator.comparing(VersionId::model).thenComparingInt(VersionId::number);

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if the number is not positive
     */
    public VersionId {
        requireNonNull(model, "model");
        if (number < 1) {
            throw new IllegalArgumentException(
                    "Invalid version number " + number + " of model " + model + ": expected 1 or more");
        }
    }

    /**
     * Parses the form {@code name:number}.
     *
     * @param text the text
     * @return the id
     * @throws IllegalArgumentException if the text has another form
     */
    public static VersionId parse(String text) {
        int colon = text.lastIndexOf(':');
        try {
            return new VersionId(
                    ModelName.of(text.substring(0, Math.max(colon, 0))), Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Invalid version id " + Text.quote(text) + ": expected name:number", e);
        }
    }

    @Override
    public int compareTo(VersionId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return model + ":" + number;
    }
}
