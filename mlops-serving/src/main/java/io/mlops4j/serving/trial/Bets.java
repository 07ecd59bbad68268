package io.mlops4j.serving.trial;

import java.util.ArrayList;
import java.util.List;

/**
 * Evidence against the hypothesis that payoffs have a mean of zero or less, as the wealth of a gambler who bets on each of
 * them: Wₙ(λ) = ∏ (1 + λ·xᵢ). If the hypothesis holds, the game is not in the gambler's favour whatever was seen before, so
 * by Ville's inequality W ever reaches 1/α with probability at most α; that is why one may look after every payoff.
 *
 * <p>Which stake λ is best depends on what is to be found out, so the gambler splits the first coin between {@value #STAKES}
 * stakes, in equal ratios from 0.9 of what could ruin in one round down to a thousandth of that, and the value is the mean of
 * what they make. That is a mixture, thus again an e-process, and it loses at most the factor {@value #STAKES} against the
 * best of them.
 *
 * <p>Gamblers who bet on different observations against the same hypothesis may multiply what each stake made (their games
 * are played one after the other, as it were): so replicas add up.
 *
 * <p>Source: I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024), the
 * diversified Kelly bettor; J. Ville, "Étude critique de la notion de collectif", 1939.
 *
 * <p>Confined to one thread at a time.
 */
final class Bets {
    static final int STAKES = 16;

    private static final double BOLDEST = 0.9;
    private static final double SPAN = 1000;
    private static final double ROOM = 1e100;

    private final double[] stakes = new double[STAKES];
    private final double[] wealth = new double[STAKES];

    /** What the wealth was divided by so far, as a logarithm, to stay within range. */
    private double logScale;

    /**
     * Begins with one coin.
     *
     * @param worst what a payoff may cost at most, above 0
     */
    Bets(double worst) {
        for (int k = 0; k < STAKES; k++) {
            stakes[k] = BOLDEST / worst * Math.pow(SPAN, -k / (STAKES - 1.0));
            wealth[k] = 1;
        }
    }

    /** Plays a round. */
    void settle(double payoff) {
        double most = 0;
        for (int k = 0; k < STAKES; k++) {
            wealth[k] *= 1 + stakes[k] * payoff;
            most = Math.max(most, wealth[k]);
        }
        if (most > ROOM || most < 1 / ROOM) {
            rescale(most);
        }
    }

    /** A stake that falls out of range beside the best one becomes zero, which only ever understates the evidence. */
    private void rescale(double most) {
        for (int k = 0; k < STAKES; k++) {
            wealth[k] /= most;
        }
        logScale += Math.log(most);
    }

    /** The natural logarithm of what each stake has made. */
    List<Double> logWealth() {
        List<Double> logs = new ArrayList<>(STAKES);
        for (double w : wealth) {
            logs.add(Math.log(Math.max(w, Double.MIN_VALUE)) + logScale);
        }
        return logs;
    }

    /** The natural logarithm of the e-value. */
    double logValue() {
        double sum = 0;
        for (double w : wealth) {
            sum += w;
        }
        return Math.log(sum / STAKES) + logScale;
    }

    /** The natural logarithm of the mean of numbers that are given by theirs. */
    static double logMean(List<Double> logs) {
        double most = logs.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NEGATIVE_INFINITY);
        if (most == Double.NEGATIVE_INFINITY) {
            return most;
        }
        double sum = logs.stream().mapToDouble(log -> Math.exp(log - most)).sum();
        return most + Math.log(sum / logs.size());
    }
}
