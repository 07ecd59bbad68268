package io.mlops4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import io.mlops4j.training.TrainingDecision.Ruling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrainingBudgetTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Instant START = Instant.parse("2005-01-01T00:00:00Z");
    private static final BudgetScore DRIFT_ALONE = new WeightedBudget(1, 0, 1);

    private PolicyMemory memory = PolicyMemory.startingAt(START);

    private static TrainingBudget budget() {
        return TrainingBudget.threshold(0.5).scoredBy(DRIFT_ALONE);
    }

    private TrainingDecision day(TrainingBudget budget, int day, double drift, long rows, Ask... asks) {
        Instant now = START.plus(Duration.ofDays(day));
        var signal = new DriftSignal(RIDES, drift, false, "test", now);
        var situation =
                new Situation(RIDES, now, now.minus(Duration.ofDays(1)), Optional.of(signal), rows, memory.trainedAt());
        TriggerPolicy.Ruled ruled = budget.rule(situation, List.of(asks), memory);
        memory = ruled.memory();
        return ruled.decision();
    }

    /** The days on which a budget fires. */
    private List<Integer> fires(TrainingBudget budget, int days, IntToDoubleFunction drift) {
        List<Integer> fires = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            if (day(budget, day, drift.applyAsDouble(day), 1000).fires()) {
                fires.add(day);
            }
        }
        return fires;
    }

    private void reject() {
        memory = new PolicyMemory(0, true, memory.fired(), memory.rejected() + 1, memory.trainedAt());
    }

    private static Ask ask() {
        return new Ask("schedule", "it was due", Optional.empty());
    }

    @Test
    void rule_scoreStaysHigh_firesOnce() {
        assertThat(fires(budget(), 5000, day -> day < 10 ? 0 : 0.9)).containsExactly(10);
    }

    @Test
    void rule_scoreHoversAroundTheThreshold_firesOnce() {
        assertThat(fires(budget().rearmAt(0.2), 5000, day -> day % 2 == 0 ? 0.55 : 0.45))
                .containsExactly(0);
    }

    @Test
    void rule_scoreFallsToTheLow_firesAgain() {
        assertThat(fires(budget().rearmAt(0.2), 30, day -> day == 10 ? 0.2 : 0.9))
                .containsExactly(0, 11);
        memory = PolicyMemory.startingAt(START);
        assertThat(fires(budget().rearmAt(0.2), 30, day -> day == 10 ? 0.21 : 0.9))
                .containsExactly(0);
    }

    @Test
    void rule_streak_needsEvaluationsInARow() {
        assertThat(fires(budget().after(3), 12, day -> day == 2 ? 0.4 : 0.9)).containsExactly(5);
    }

    @Test
    void rule_cooldown_holdsUntilItsEnd() {
        TrainingBudget budget = budget().cooldown(Duration.ofDays(14));

        // Low on odd days, so that it is armed again each time.
        assertThat(fires(budget, 60, day -> day % 2 == 0 ? 0.9 : 0)).containsExactly(0, 14, 28, 42, 56);
        TrainingDecision held = day(budget, 60, 0.9, 0, ask());
        assertThat(held.ruling()).isEqualTo(Ruling.COOLDOWN);
        assertThat(held.reason()).contains("schedule", "cooling down until 2005-03-12T00:00:00Z");
    }

    @Test
    void rule_rejections_doubleTheCooldown() {
        TrainingBudget budget = budget().cooldown(Duration.ofDays(10));
        List<Integer> fires = new ArrayList<>();
        for (int day = 0; day < 2000; day++) {
            if (day(budget, day, 0.9, 0).fires()) {
                fires.add(day);
                reject();
            }
        }

        // Gaps of 20, 40, … up to 64 times the cooldown.
        assertThat(fires).containsExactly(0, 20, 60, 140, 300, 620, 1260, 1900);
    }

    @Test
    void rule_limit_countsWithinItsWindow() {
        TrainingBudget budget = budget().atMost(2, Duration.ofDays(30));

        assertThat(fires(budget, 62, day -> day % 2 == 0 ? 0.9 : 0)).containsExactly(0, 2, 30, 32, 60);
        assertThat(day(budget, 62, 0.9, 0).ruling()).isEqualTo(Ruling.FIRE);
        assertThat(day(budget, 63, 0, 0, ask()).ruling()).isEqualTo(Ruling.TOO_MANY);
    }

    @Test
    void rule_tooFewRows_holds() {
        TrainingBudget budget = budget().minimumRows(100);

        assertThat(day(budget, 1, 0.9, 99).ruling()).isEqualTo(Ruling.TOO_FEW_ROWS);
        assertThat(day(budget, 2, 0.9, 100).ruling()).isEqualTo(Ruling.FIRE);
    }

    @Test
    void rule_maximumStaleness_overridesButDoesNotRepeatItself() {
        TrainingBudget budget =
                budget().cooldown(Duration.ofDays(10)).minimumRows(1_000_000).maximumStaleness(Duration.ofDays(365));
        List<Integer> fires = new ArrayList<>();
        for (int day = 0; day < 425; day++) {
            if (day(budget, day, 0, 0).fires()) {
                fires.add(day);
                reject();
            }
        }

        assertThat(fires).containsExactly(365, 385);
    }

    @Test
    void rule_nobodyAsks_isQuiet() {
        TrainingDecision decision = day(budget(), 1, 0.3, 0);

        assertThat(decision.ruling()).isEqualTo(Ruling.QUIET);
        assertThat(decision.signal()).isEqualTo("none");
        assertThat(decision.score()).isEqualTo(0.3);
    }

    @Test
    void rule_triggerAsks_firesWhateverTheScore() {
        TrainingDecision decision = day(budget(), 1, 0, 0, ask());

        assertThat(decision.fires()).isTrue();
        assertThat(decision.signal()).isEqualTo("schedule");
        assertThat(decision.evidence().texts()).containsEntry("signal", "schedule");
    }

    @Test
    void builtInTriggers_askAtTheirBounds() {
        var alarm = new DriftSignal(RIDES, 0.1, true, "adwin on temperature", START);
        var high = new DriftSignal(RIDES, 0.7, false, "psi on temperature", START);

        assertThat(Trigger.drift(0.7).check(with(alarm, 0, 0))).isPresent();
        assertThat(Trigger.drift(0.7).check(with(high, 0, 0)).orElseThrow().reason())
                .contains("psi on temperature");
        assertThat(Trigger.drift(0.71).check(with(high, 0, 0))).isEmpty();
        assertThat(Trigger.newRows(10).check(with(high, 9, 0))).isEmpty();
        assertThat(Trigger.newRows(10).check(with(high, 10, 0))).isPresent();
        assertThat(Trigger.staleness(Duration.ofDays(3)).check(with(high, 0, 2)))
                .isEmpty();
        assertThat(Trigger.staleness(Duration.ofDays(3)).check(with(high, 0, 3)))
                .isPresent();
        assertThatThrownBy(() -> Trigger.drift(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Trigger.newRows(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Trigger.staleness(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Situation with(DriftSignal drift, long rows, int ageDays) {
        return new Situation(RIDES, START.plus(Duration.ofDays(ageDays)), START, Optional.of(drift), rows, START);
    }

    @Test
    void settings_outOfRange_areRefused() {
        assertThatThrownBy(() -> TrainingBudget.threshold(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TrainingBudget.threshold(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().rearmAt(0.6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().after(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().cooldown(Duration.ofDays(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().atMost(0, Duration.ofDays(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().minimumRows(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget().maximumStaleness(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
