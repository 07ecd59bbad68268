package io.mlops4j.training;

import java.time.Duration;
import java.util.Optional;

/**
 * Something that can ask for training. Whether it is given is for the {@link TriggerPolicy} to say.
 *
 * <p>Looking must change nothing: it may happen several times for one decision.
 *
 * <p>Implementations must be thread-safe.
 */
public interface Trigger {
    /**
     * Names the trigger in decisions.
     *
     * @return unique among the triggers of a model
     */
    String name();

    /**
     * Looks whether to ask.
     *
     * @param situation what is known
     * @return why training is wanted, or empty
     */
    Optional<Ask> check(Situation situation);

    /**
     * Asks while a drift detector's alarm stands, or the drift score is high.
     *
     * @param score the lowest score that asks, above 0 to 1
     * @return the trigger
     * @throws IllegalArgumentException if the score is out of range
     */
    static Trigger drift(double score) {
        if (!(score > 0 && score <= 1)) {
            throw new IllegalArgumentException("Invalid drift score " + score + ": expected above 0 and at most 1");
        }
        return new NamedTrigger("drift", situation -> situation
                .drift()
                .filter(drift -> drift.alarm() || drift.score() >= score)
                .map(drift ->
                        "drift score " + drift.score() + (drift.alarm() ? " with an alarm: " : ": ") + drift.reason()));
    }

    /**
     * Asks when there are enough new rows.
     *
     * @param rows how many since the last training, 1 or more
     * @return the trigger
     * @throws IllegalArgumentException if the number is not positive
     */
    static Trigger newRows(long rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("Invalid number of rows " + rows + ": expected 1 or more");
        }
        return new NamedTrigger(
                "data",
                situation -> situation.newRows() < rows
                        ? Optional.empty()
                        : Optional.of(situation.newRows() + " new rows, " + rows + " are enough"));
    }

    /**
     * Asks when the last training is old.
     *
     * @param age how old, above zero
     * @return the trigger
     * @throws IllegalArgumentException if the age is not positive
     */
    static Trigger staleness(Duration age) {
        if (age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException("Invalid age " + age + ": expected above zero");
        }
        return new NamedTrigger("staleness", situation -> {
            Duration old = Duration.between(situation.trainedAt(), situation.at());
            return old.compareTo(age) < 0
                    ? Optional.empty()
                    : Optional.of("last trained " + old.toDays() + " days ago");
        });
    }
}
