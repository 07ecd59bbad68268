package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a candidate must not do worse than the incumbent, by how much it may, and how sure a verdict must be.
 *
 * <pre>{@code
 * Guardrails.defaults().errors(0.005).latency(0.20).outcomes(0.02).alpha(0.01)
 * }</pre>
 *
 * <p>A candidate is promoted when each guardrail has shown, by a test of its own at level α, that the candidate is not worse
 * by its margin or more. A candidate that is worse by the margin on any of them passes that one with probability at most α,
 * so it is promoted with probability at most α: demanding all needs no correction. It is rolled back when the average of the
 * e-values against it reaches 1/α; one that is within every margin is rolled back with probability at most α. Both hold
 * however often one looks.
 *
 * <p>A margin of 0 asks for more: then only a candidate that is shown to be better is promoted, and one that is as good as
 * the incumbent is promoted with probability at most α. A score has no better direction, so its margin is above 0.
 *
 * <p>The tests are those of I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86
 * (2024): for differences d of losses between −1 and 1 and a margin δ, the candidate is no worse once the wealth
 * ∏(1 + λ(d + δ)) reaches 1/α, and worse once ∏(1 − λ(d + δ)) does, both averaged over a fixed set of stakes λ.
 *
 * <p>Failures, times and scores are seen in the order in which the requests were asked: one that is out holds back those that
 * were asked after it, so a candidate that takes long to fail never looks better meanwhile than it is. A request that is out
 * for more than five minutes counts as a failure, and as slow as can be, of either version; on each replica requests beyond
 * 10,000 that wait so are not compared. Give requests a time-out, so that verdicts do not wait for those that hang. A shadow's
 * pairs, and outcomes, are seen in the order in which they come in: outcomes that are the later the worse they are make a
 * candidate look better than it is until they are there.
 *
 * <p>A response cache makes the versions unlike: the incumbent's knows the frequent questions already, so what is left to
 * compute, and to compare, are its rare ones; a kept answer counts as an answer, so it hides failures until the candidate's
 * cache is as warm; and where nearly all answers are kept, times are never known. Errors and latency are best judged with the
 * cache off, or by a shadow, whose copies are computed.
 *
 * <p>The guarantee rests on requests being alike in kind whichever version gets them. Requests of one key are not
 * independent of each other: where few keys send most of the requests, the margins should be wider.
 *
 * <p>Immutable.
 *
 * @param alpha α, the probability of a wrong promotion, and of a wrong rollback, that is tolerated: above 0, below 0.5
 * @param errors the share of requests by which the candidate may fail more often, 0 or more, below 1; empty to leave out
 * @param latency by how much slower the candidate may be, relative: 0.1 is ten percent, 0 or more, at most 1; empty to leave
 *     out. What is compared is the mean of the logarithm of the time, each time cut to within a factor of four of the
 *     incumbent's usual one; what a cache had, in whole or in part, is not compared
 * @param score by how much the mean score may rise or fall, as a part of the score's range, above 0, below 1; empty to leave
 *     out
 * @param outcomes by how much the mean loss against the true outcomes may rise, losses being 0 to 1; 0 or more, below 1; empty
 *     to leave out
 */
public record Guardrails(
        double alpha,
        Optional<Double> errors,
        Optional<Double> latency,
        Optional<Double> score,
        Optional<Double> outcomes) {
    private static final double DEFAULT_ALPHA = 0.05;
    private static final double DEFAULT_ERRORS = 0.01;
    private static final double DEFAULT_LATENCY = 0.10;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Guardrails {
        requireNonNull(errors, "errors");
        requireNonNull(latency, "latency");
        requireNonNull(score, "score");
        requireNonNull(outcomes, "outcomes");
        if (!(alpha > 0 && alpha < 0.5)) {
            throw new IllegalArgumentException("Invalid alpha " + alpha + ": expected above 0 and below 0.5");
        }
        errors.ifPresent(margin -> requireMargin("errors", margin));
        score.ifPresent(Guardrails::requireAboveZero);
        outcomes.ifPresent(margin -> requireMargin("outcomes", margin));
        latency.ifPresent(slower -> {
            if (!(slower >= 0 && slower <= 1)) {
                throw new IllegalArgumentException("Invalid margin of latency " + slower + ": expected 0 to 1");
            }
        });
    }

    private static void requireMargin(String what, double margin) {
        if (!(margin >= 0 && margin < 1)) {
            throw new IllegalArgumentException(
                    "Invalid margin of " + what + " " + margin + ": expected 0 or more and below 1");
        }
    }

    private static void requireAboveZero(double score) {
        requireMargin("score", score);
        if (score == 0) {
            throw new IllegalArgumentException(
                    "Invalid margin of score 0: expected above 0, as neither a rise nor a fall is better");
        }
    }

    /**
     * One percentage point more errors and ten percent slower are tolerated, at α = 0.05.
     *
     * @return guardrails of errors and latency
     */
    public static Guardrails defaults() {
        return none().errors(DEFAULT_ERRORS).latency(DEFAULT_LATENCY);
    }

    /**
     * Nothing is compared yet, α = 0.05.
     *
     * @return guardrails to be added to
     */
    public static Guardrails none() {
        return new Guardrails(DEFAULT_ALPHA, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Sets how sure a verdict must be.
     *
     * @param level α, above 0, below 0.5
     * @return guardrails with it
     */
    public Guardrails alpha(double level) {
        return new Guardrails(level, errors, latency, score, outcomes);
    }

    /**
     * Compares failures.
     *
     * @param margin the share of requests by which the candidate may fail more often, 0 or more, below 1
     * @return guardrails with it
     */
    public Guardrails errors(double margin) {
        return new Guardrails(alpha, Optional.of(margin), latency, score, outcomes);
    }

    /**
     * Compares times.
     *
     * @param slower by how much slower the candidate may be: 0.1 is ten percent; 0 or more, at most 1
     * @return guardrails with it
     */
    public Guardrails latency(double slower) {
        return new Guardrails(alpha, errors, Optional.of(slower), score, outcomes);
    }

    /**
     * Compares times no longer.
     *
     * @return guardrails without latency
     */
    public Guardrails withoutLatency() {
        return new Guardrails(alpha, errors, Optional.empty(), score, outcomes);
    }

    /**
     * Compares scores, in both directions; the server must know the {@link Signals#score score}.
     *
     * @param margin by how much the mean may rise or fall, as a part of the score's range, above 0, below 1
     * @return guardrails with it
     */
    public Guardrails score(double margin) {
        return new Guardrails(alpha, errors, latency, Optional.of(margin), outcomes);
    }

    /**
     * Compares answers with the truth that arrives later; the server must know the {@link Signals#outcomes outcomes}.
     *
     * @param margin by how much the mean loss may rise, 0 or more, below 1
     * @return guardrails with it
     */
    public Guardrails outcomes(double margin) {
        return new Guardrails(alpha, errors, latency, score, Optional.of(margin));
    }

    /**
     * Whether nothing is compared.
     *
     * @return true if there is no margin
     */
    public boolean compareNothing() {
        return errors.isEmpty() && latency.isEmpty() && score.isEmpty() && outcomes.isEmpty();
    }
}
