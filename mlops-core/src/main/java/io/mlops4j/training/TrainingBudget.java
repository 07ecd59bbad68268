package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.training.TrainingDecision.Ruling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Trains when it is worth it, and not too often.
 *
 * <pre>{@code
 * TrainingBudget.threshold(0.5)
 *         .cooldown(Duration.ofDays(14))
 *         .rearmAt(0.2)
 *         .atMost(4, Duration.ofDays(365))
 *         .maximumStaleness(Duration.ofDays(365))
 * }</pre>
 *
 * <p><b>What asks.</b> The score itself asks ({@code budget}) when it has been at the threshold or above for
 * {@link #after} evaluations in a row, while armed. Firing disarms; a score at {@link #rearmAt} or below, or a rejected
 * candidate, arms again: a score that hovers around the threshold fires once. Triggers ask beside it.
 *
 * <p><b>What speaks against it</b>, in this order: the cooldown since the last decision to train, doubled for every
 * candidate in a row that was rejected, up to {@value #MAX_BACKOFF} times; the number of trainings in a window; too few
 * new rows.
 *
 * <p><b>What overrides that.</b> When nothing has been promoted for the maximum staleness, it fires; if the candidates
 * are rejected, then again after each cooldown, so that a broken training does not run at every evaluation.
 *
 * <p>Immutable.
 */
public final class TrainingBudget implements TriggerPolicy {
    /** The greatest factor by which rejections prolong the cooldown. */
    public static final int MAX_BACKOFF = 64;

    private final BudgetScore score;
    private final double threshold;
    private final double low;
    private final int streak;
    private final Duration cooldown;
    private final long minimumRows;
    private final int limit;
    private final Duration window;
    private final Optional<Duration> maximumStaleness;

    private TrainingBudget(Settings settings) {
        score = settings.score;
        threshold = settings.threshold;
        low = settings.low;
        streak = settings.streak;
        cooldown = settings.cooldown;
        minimumRows = settings.minimumRows;
        limit = settings.limit;
        window = settings.window;
        maximumStaleness = settings.maximumStaleness;
        if (!(threshold > 0 && threshold <= 1) || !(low >= 0 && low <= threshold)) {
            throw new IllegalArgumentException("Invalid threshold " + threshold + " or re-arming score " + low
                    + ": expected a threshold above 0 and at most 1, and to arm again between 0 and it");
        }
    }

    /** What a copy changes. */
    private static final class Settings {
        BudgetScore score = WeightedBudget.DEFAULT;
        double threshold;
        double low;
        int streak = 1;
        Duration cooldown = Duration.ZERO;
        long minimumRows;
        int limit = Integer.MAX_VALUE;
        Duration window = Duration.ofDays(1);
        Optional<Duration> maximumStaleness = Optional.empty();
    }

    private Settings settings() {
        var copy = new Settings();
        copy.score = score;
        copy.threshold = threshold;
        copy.low = low;
        copy.streak = streak;
        copy.cooldown = cooldown;
        copy.minimumRows = minimumRows;
        copy.limit = limit;
        copy.window = window;
        copy.maximumStaleness = maximumStaleness;
        return copy;
    }

    /**
     * A budget with the default score that fires at a threshold and arms again at half of it; no cooldown, no limits.
     *
     * @param threshold the lowest score that fires, above 0 to 1
     * @return the budget
     * @throws IllegalArgumentException if the threshold is out of range
     */
    public static TrainingBudget threshold(double threshold) {
        var settings = new Settings();
        settings.threshold = threshold;
        settings.low = threshold / 2;
        return new TrainingBudget(settings);
    }

    /**
     * Sets how to score. Default: {@link WeightedBudget#DEFAULT}.
     *
     * @param score the score
     * @return a budget with it
     */
    public TrainingBudget scoredBy(BudgetScore score) {
        Settings copy = settings();
        copy.score = requireNonNull(score, "score");
        return new TrainingBudget(copy);
    }

    /**
     * Sets how often in a row the score must be high. Default: 1.
     *
     * @param evaluations 1 or more
     * @return a budget with it
     * @throws IllegalArgumentException if the number is not positive
     */
    public TrainingBudget after(int evaluations) {
        requirePositive("number of evaluations", evaluations);
        Settings copy = settings();
        copy.streak = evaluations;
        return new TrainingBudget(copy);
    }

    /**
     * Sets the score at which it arms again. Default: half the threshold.
     *
     * @param low 0 to the threshold
     * @return a budget with it
     * @throws IllegalArgumentException if the score is out of range
     */
    public TrainingBudget rearmAt(double low) {
        Settings copy = settings();
        copy.low = low;
        return new TrainingBudget(copy);
    }

    /**
     * Sets how long nothing fires after a decision to train. Default: zero.
     *
     * @param cooldown zero or more
     * @return a budget with it
     * @throws IllegalArgumentException if it is negative
     */
    public TrainingBudget cooldown(Duration cooldown) {
        if (cooldown.isNegative()) {
            throw new IllegalArgumentException("Invalid cooldown " + cooldown + ": expected zero or more");
        }
        Settings copy = settings();
        copy.cooldown = cooldown;
        return new TrainingBudget(copy);
    }

    /**
     * Sets how many new rows there must be. Default: 0.
     *
     * @param rows 0 or more
     * @return a budget with it
     * @throws IllegalArgumentException if the number is negative
     */
    public TrainingBudget minimumRows(long rows) {
        if (rows < 0) {
            throw new IllegalArgumentException("Invalid minimum of " + rows + " rows: expected 0 or more");
        }
        Settings copy = settings();
        copy.minimumRows = rows;
        return new TrainingBudget(copy);
    }

    /**
     * Sets how many trainings there may be in a window of time. Default: no limit.
     *
     * @param trainings 1 to 1,000
     * @param window the length of time that is looked back, above zero
     * @return a budget with it
     * @throws IllegalArgumentException if a value is out of range
     */
    public TrainingBudget atMost(int trainings, Duration window) {
        requirePositive("number of trainings", trainings);
        if (trainings > PolicyMemory.MAX_FIRED || window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("Invalid limit of " + trainings + " trainings in " + window
                    + ": expected at most " + PolicyMemory.MAX_FIRED + " in a time above zero");
        }
        Settings copy = settings();
        copy.limit = trainings;
        copy.window = window;
        return new TrainingBudget(copy);
    }

    /**
     * Sets how old the last promoted training may become. Default: any age.
     *
     * @param age above zero
     * @return a budget with it
     * @throws IllegalArgumentException if the age is not positive
     */
    public TrainingBudget maximumStaleness(Duration age) {
        if (age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException("Invalid maximum staleness " + age + ": expected above zero");
        }
        Settings copy = settings();
        copy.maximumStaleness = Optional.of(age);
        return new TrainingBudget(copy);
    }

    private static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("Invalid " + what + " " + value + ": expected 1 or more");
        }
    }

    @Override
    public Ruled rule(Situation situation, List<Ask> asks, PolicyMemory memory) {
        BudgetScore.Budget budget = score.score(situation.driftScore(), situation.newRows());
        double total = budget.total();
        int high = total >= threshold ? Math.min(memory.streak() + 1, streak) : 0;
        boolean armed = memory.armed() || total <= low;
        List<Ask> all = new ArrayList<>();
        if (armed && high >= streak) {
            all.add(new Ask(
                    "budget",
                    String.format(Locale.ROOT, "score %.3f reached %.3f", total, threshold),
                    Optional.empty()));
        }
        all.addAll(asks);
        Optional<Ask> overdue = overdue(situation, memory);
        overdue.ifPresent(ask -> all.add(0, ask));
        TrainingDecision decision = decide(situation, budget, all, memory, overdue.isPresent());
        PolicyMemory next = decision.fires()
                ? memory.firing(situation.at())
                : new PolicyMemory(high, armed, memory.fired(), memory.rejected(), memory.trainedAt());
        return new Ruled(decision, next);
    }

    private Optional<Ask> overdue(Situation situation, PolicyMemory memory) {
        Duration age = Duration.between(memory.trainedAt(), situation.at());
        boolean tried = memory.rejected() > 0 && coolingUntil(memory).isAfter(situation.at());
        return maximumStaleness
                .filter(most -> age.compareTo(most) >= 0 && !tried)
                .map(most ->
                        new Ask("maximum staleness", "last trained " + age.toDays() + " days ago", Optional.empty()));
    }

    private TrainingDecision decide(
            Situation situation, BudgetScore.Budget budget, List<Ask> asks, PolicyMemory memory, boolean overdue) {
        Ruling ruling = asks.isEmpty() ? Ruling.QUIET : overdue ? Ruling.FIRE : objection(situation, memory);
        TrainingDecision decision = TrainingDecision.of(situation, budget, ruling, asks);
        return switch (ruling) {
            case COOLDOWN -> decision.because("cooling down until " + coolingUntil(memory));
            case TOO_MANY -> decision.because(limit + " trainings within " + window + " already");
            case TOO_FEW_ROWS -> decision.because(situation.newRows() + " new rows, expected " + minimumRows);
            default -> decision;
        };
    }

    private Ruling objection(Situation situation, PolicyMemory memory) {
        if (coolingUntil(memory).isAfter(situation.at())) {
            return Ruling.COOLDOWN;
        }
        if (memory.firedWithin(window, situation.at()) >= limit) {
            return Ruling.TOO_MANY;
        }
        return situation.newRows() < minimumRows ? Ruling.TOO_FEW_ROWS : Ruling.FIRE;
    }

    private Instant coolingUntil(PolicyMemory memory) {
        int doublings = Math.min(memory.rejected(), Integer.numberOfTrailingZeros(MAX_BACKOFF));
        return memory.lastFired()
                .map(last -> last.plus(cooldown.multipliedBy(1L << doublings)))
                .orElse(Instant.MIN);
    }
}
