package io.mlops4j.serving.trial;

import io.mlops4j.serving.rollout.Guardrails;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a candidate may be worse in. The names are a format: add, but do not rename. */
public enum Question {
    /** Fails more often. */
    ERRORS,
    /** Takes longer. */
    LATENCY,
    /** Gives higher scores. */
    SCORE_RISE,
    /** Gives lower scores. */
    SCORE_FALL,
    /** Is further from the truth. */
    OUTCOMES;

    /** Times count as within this factor of the incumbent's usual one, so that their logarithm is bounded. */
    static final double WITHIN = 4;

    private static final double LOG_RANGE = 2 * Math.log(WITHIN);

    /** The margins of the questions that guardrails ask, as differences of losses between 0 and 1. */
    static Map<Question, Double> asked(Guardrails rails) {
        Map<Question, Double> margins = new TreeMap<>();
        put(margins, ERRORS, rails.errors());
        put(margins, LATENCY, rails.latency().map(slower -> Math.log1p(slower) / LOG_RANGE));
        put(margins, SCORE_RISE, rails.score());
        put(margins, SCORE_FALL, rails.score());
        put(margins, OUTCOMES, rails.outcomes());
        return margins;
    }

    private static void put(Map<Question, Double> margins, Question question, Optional<Double> margin) {
        margin.ifPresent(value -> margins.put(question, value));
    }

    /** The loss of a time against the usual one: one half if equal, 0 or 1 at a fourth or at four times of it. */
    static double latencyLoss(double nanos, double usual) {
        return 0.5 + logRatio(nanos, usual);
    }

    /** How much longer one time is than another, on the same scale as {@link #latencyLoss}. */
    static double logRatio(double nanos, double other) {
        return Math.log(Math.max(nanos, 1) / Math.max(other, 1)) / LOG_RANGE;
    }

    /** The name in evidence and meters. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
