package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import io.mlops4j.inference.OutcomeJoiner;
import java.util.Optional;

/**
 * What a server can see of a model's answers beside failures and times: a score, and the outcomes that arrive later. Signals
 * are code, so every replica is given them, while a {@link Rollout} is data that travels.
 *
 * <p>Immutable.
 */
public final class Signals {
    private static final Signals NONE = new Signals(Optional.empty(), Optional.empty());

    private final Optional<Scoring> scoring;
    private final Optional<Truth> truth;

    private Signals(Optional<Scoring> scoring, Optional<Truth> truth) {
        this.scoring = scoring;
        this.truth = truth;
    }

    /**
     * A score and its range.
     *
     * <p>Immutable.
     *
     * @param function reads it
     * @param low the lowest that counts; what is below is taken for it
     * @param high the highest that counts; what is above is taken for it
     */
    public record Scoring(ScoreFunction function, double low, double high) {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is empty or not finite
         */
        public Scoring {
            requireNonNull(function, "function");
            if (!(high - low > 0 && Double.isFinite(high - low))) {
                throw new IllegalArgumentException(
                        "Invalid range of a score " + low + " to " + high + ": expected a finite one");
            }
        }
    }

    /**
     * Where outcomes come from and how they are judged.
     *
     * <p>Immutable.
     *
     * @param joiner joins them to inferences
     * @param loss judges them
     */
    public record Truth(OutcomeJoiner joiner, OutcomeLoss loss) {
        /** Checks that both are there. */
        public Truth {
            requireNonNull(joiner, "joiner");
            requireNonNull(loss, "loss");
        }
    }

    /**
     * Failures and times only.
     *
     * @return signals to be added to
     */
    public static Signals none() {
        return NONE;
    }

    /**
     * Adds a score.
     *
     * @param function reads it from an answer
     * @param low the lowest that counts
     * @param high the highest that counts, above {@code low}
     * @return signals with it
     * @throws IllegalArgumentException if the range is empty or not finite
     */
    public Signals score(ScoreFunction function, double low, double high) {
        return new Signals(Optional.of(new Scoring(function, low, high)), truth);
    }

    /**
     * Adds outcomes. The joiner must hear of the server's answers: give it to the server as a listener too.
     *
     * @param joiner joins outcomes to inferences
     * @param loss judges an answer by its outcome
     * @return signals with them
     */
    public Signals outcomes(OutcomeJoiner joiner, OutcomeLoss loss) {
        return new Signals(scoring, Optional.of(new Truth(joiner, loss)));
    }

    /**
     * The score.
     *
     * @return empty if there is none
     */
    public Optional<Scoring> scoring() {
        return scoring;
    }

    /**
     * The outcomes.
     *
     * @return empty if there are none
     */
    public Optional<Truth> truth() {
        return truth;
    }
}
