package io.mlops4j.serving.trial;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Where the comparison of one quality stands.
 *
 * <p>Immutable.
 *
 * @param pairs how many differences were seen
 * @param sum of the differences; positive if the candidate is better
 * @param noWorse what each stake of the {@link Bets} on "no worse by the margin" has made, as logarithms
 * @param worse what each stake of the {@link Bets} on "worse by more than the margin" has made, as logarithms
 */
record Tally(long pairs, double sum, List<Double> noWorse, List<Double> worse) {
    Tally {
        noWorse = stakes(noWorse);
        worse = stakes(worse);
    }

    /** A tally may come from a journal. */
    private static List<Double> stakes(List<Double> logs) {
        if (logs.size() != Bets.STAKES) {
            throw new IllegalArgumentException("Invalid tally of " + logs.size() + " stakes: expected " + Bets.STAKES);
        }
        return List.copyOf(logs);
    }

    /** What several replicas have seen, together; there must be one at least. */
    static Tally together(Collection<Tally> tallies) {
        return tallies.stream().reduce(Tally::and).orElseThrow();
    }

    private Tally and(Tally other) {
        return new Tally(pairs + other.pairs, sum + other.sum, add(noWorse, other.noWorse), add(worse, other.worse));
    }

    private static List<Double> add(List<Double> a, List<Double> b) {
        List<Double> sums = new ArrayList<>(a.size());
        for (int k = 0; k < a.size(); k++) {
            sums.add(a.get(k) + b.get(k));
        }
        return sums;
    }

    double meanDifference() {
        return sum / pairs;
    }

    /** The natural logarithm of the e-value against "the candidate is worse by the margin or more". */
    double logNoWorse() {
        return Bets.logMean(noWorse);
    }

    /** The natural logarithm of the e-value against "the candidate is worse by the margin or less". */
    double logWorse() {
        return Bets.logMean(worse);
    }
}
