package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a policy must remember between two decisions, kept in the model's journal.
 *
 * <p>Immutable.
 *
 * @param streak how many evaluations in a row the score was high, counted up to what the policy needs
 * @param armed whether a high score may fire: not between a training and the next low score
 * @param fired when trainings were decided, oldest first, as far back as limits reach
 * @param rejected how many candidates in a row were not promoted
 * @param trainedAt when the last training that was promoted was decided, or when the watch began
 */
public record PolicyMemory(int streak, boolean armed, List<Instant> fired, int rejected, Instant trainedAt) {
    /** The most decisions that are kept. */
    static final int MAX_FIRED = 1000;

    /** Copies the list. */
    public PolicyMemory {
        fired = List.copyOf(fired);
        requireNonNull(trainedAt, "trainedAt");
    }

    /**
     * The memory of a watch that begins.
     *
     * @param at now
     * @return armed, nothing fired
     */
    public static PolicyMemory startingAt(Instant at) {
        return new PolicyMemory(0, true, List.of(), 0, at);
    }

    /**
     * When a training was decided last.
     *
     * @return empty if never
     */
    public Optional<Instant> lastFired() {
        return fired.isEmpty() ? Optional.empty() : Optional.of(fired.get(fired.size() - 1));
    }

    /**
     * How many trainings were decided lately.
     *
     * @param window how long lately is
     * @param now now
     * @return the number of decisions later than {@code now - window}
     */
    public long firedWithin(Duration window, Instant now) {
        Instant since = now.minus(window);
        return fired.stream().filter(at -> at.isAfter(since)).count();
    }

    /**
     * What to remember after a decision to train: disarmed, the streak broken.
     *
     * @param at when it was decided
     * @return the memory with it
     */
    public PolicyMemory firing(Instant at) {
        List<Instant> all = new ArrayList<>(fired);
        all.add(at);
        return new PolicyMemory(
                0, false, all.subList(Math.max(0, all.size() - MAX_FIRED), all.size()), rejected, trainedAt);
    }
}
