package io.mlops4j.drift;

import java.util.Arrays;

/** Checks raw samples. */
final class Samples {
    /** Squares of such values, summed over any stream, stay finite. */
    private static final double TAME = 1e100;

    private static final double LONGEST_STREAM = 0x1p63;

    private Samples() {}

    static void requireTame(double value) {
        if (!(Math.abs(value) <= TAME)) {
            throw new IllegalArgumentException(
                    "Cannot take the value " + value + ": expected a number within ±" + TAME);
        }
    }

    /** Whether a number from outside can be the sum of tame values. */
    static boolean isSum(double value) {
        return Math.abs(value) <= TAME * LONGEST_STREAM;
    }

    /** Whether a number from outside can be a sum of squared distances of tame values. */
    static boolean isSumOfSquares(double value) {
        return Math.abs(value) <= 4 * TAME * TAME * LONGEST_STREAM;
    }

    /** A sorted copy of a sample that is neither empty nor holds anything but finite values. */
    static double[] sorted(String which, double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("The " + which + " sample is empty: expected 1 value or more");
        }
        double[] copy = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new IllegalArgumentException("The " + which + " sample holds " + values[i] + " at index " + i
                        + ": expected finite values; count the others in cells");
            }
            copy[i] = values[i] + 0.0; // -0.0 and 0.0 are one value
        }
        Arrays.sort(copy);
        return copy;
    }
}
