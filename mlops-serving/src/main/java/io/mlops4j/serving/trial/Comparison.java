package io.mlops4j.serving.trial;

/**
 * Tests both ways whether a candidate is worse by a margin δ, on differences d between −1 and 1 that are positive if the
 * candidate is better. Against "worse by δ or more" (E[d] ≤ −δ) it bets on d + δ, which costs at most 1 − δ; against "worse by
 * δ at most" (E[d] ≥ −δ) it bets on −(d + δ), which costs at most 1 + δ. With δ = 0 the first shows that the candidate is
 * better, the second that it is worse.
 *
 * <p>Confined to one thread at a time.
 */
final class Comparison {
    private final double margin;
    private final Bets noWorse;
    private final Bets worse;
    private long pairs;
    private double sum;

    /**
     * Begins without data.
     *
     * @param margin δ, 0 or more, below 1
     */
    Comparison(double margin) {
        this.margin = margin;
        noWorse = new Bets(1 - margin);
        worse = new Bets(1 + margin);
    }

    /** Takes a difference, cut to −1 to 1. */
    void add(double difference) {
        double d = Math.max(-1, Math.min(1, difference));
        pairs++;
        sum += d;
        noWorse.settle(d + margin);
        worse.settle(-(d + margin));
    }

    long pairs() {
        return pairs;
    }

    double logNoWorse() {
        return noWorse.logValue();
    }

    double logWorse() {
        return worse.logValue();
    }

    Tally tally() {
        return new Tally(pairs, sum, noWorse.logWealth(), worse.logWealth());
    }
}
