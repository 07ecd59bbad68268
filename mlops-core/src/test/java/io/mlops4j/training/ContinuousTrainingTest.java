package io.mlops4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.StorageException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.MetricThreshold;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.Promotion;
import io.mlops4j.pipeline.PromotionPipeline;
import io.mlops4j.store.DyingStore;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.training.TrainingDecision.Ruling;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContinuousTrainingTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final TrainingBudget BUDGET =
            TrainingBudget.threshold(0.5).cooldown(Duration.ofDays(14)).maximumStaleness(Duration.ofDays(365));

    /** The world outside: a clock, the data, an idempotent registry and an alias; it outlives every crash. */
    private static final class World {
        final SteppedClock clock = SteppedClock.at("2005-01-01T00:00:00Z");
        final Instant start = clock.instant();
        final Map<String, VersionId> registered = new LinkedHashMap<>();
        Optional<VersionId> champion = Optional.empty();
        double rmse = 2;

        long day() {
            return Duration.between(start, clock.instant()).toDays();
        }

        /** Drift climbs from one promotion to the next by one percent a day. */
        DriftSignal drift() {
            double age = day() % 100;
            return new DriftSignal(RIDES, Math.min(1, age / 100), false, "simulated", clock.instant());
        }

        final Promotion alias = new Promotion() {
            @Override
            public Optional<VersionId> current() {
                return champion;
            }

            @Override
            public void move(Move move) {
                champion = Optional.of(move.to());
            }
        };

        ContinuousTrainingBuilder training(ObjectStore store) {
            PromotionPipeline pipeline = PromotionPipeline.of(RIDES, store)
                    .build(context -> Candidate.of(
                            registered.computeIfAbsent(
                                    context.idempotencyKey(), key -> RIDES.version(registered.size() + 1)),
                            Map.of("rmse", rmse)))
                    .staging(MetricThreshold.atMost("rmse", 3))
                    .promote(alias)
                    .clock(clock)
                    .open();
            return ContinuousTraining.of(RIDES, store, Retrain.through(pipeline, () -> "abc123"))
                    .on(this::drift)
                    .rows(() -> 1000 + 100 * day())
                    .within(BUDGET)
                    .clock(clock);
        }
    }

    private final World world = new World();
    private final MemoryObjectStore store = new MemoryObjectStore();

    private static List<TrainingDecision> walk(World world, ContinuousTraining training, int days) {
        List<TrainingDecision> fired = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            world.clock.advance(Duration.ofDays(1));
            TrainingDecision decision = training.tick();
            if (decision.fires()) {
                fired.add(decision);
            }
        }
        return fired;
    }

    @Test
    void tick_overTenYears_trainsWhenItIsWorthIt() {
        List<TrainingDecision> fired = walk(world, world.training(store).open(), 3650);

        // Twice in each hundred days: once drift and rows have grown, and again at the peak of the drift.
        assertThat(fired).hasSize(72).allMatch(decision -> decision.score() >= 0.5);
        assertThat(fired.get(0).signal()).isEqualTo("budget");
        assertThat(world.registered).hasSameSizeAs(fired);
        assertThat(world.champion).contains(RIDES.version(fired.size()));
        for (int i = 1; i < fired.size(); i++) {
            assertThat(Duration.between(fired.get(i - 1).at(), fired.get(i).at()))
                    .isGreaterThanOrEqualTo(Duration.ofDays(14));
        }
    }

    @Test
    void tick_reopenedEveryDay_decidesTheSame() {
        List<TrainingDecision> unbroken = walk(world, world.training(store).open(), 400);
        var second = new World();
        var other = new MemoryObjectStore();
        List<TrainingDecision> reopened = new ArrayList<>();
        for (int day = 0; day < 400; day++) {
            reopened.addAll(walk(second, second.training(other).open(), 1));
        }

        assertThat(reopened).isEqualTo(unbroken).hasSizeGreaterThan(3);
    }

    @ParameterizedTest
    @EnumSource(DyingStore.LastPut.class)
    void tick_killedAtEveryWrite_endsTheSame(DyingStore.LastPut last) {
        List<TrainingDecision> unbroken = walk(world, world.training(store).open(), 120);
        assertThat(unbroken).isNotEmpty();
        int kills = 0;
        for (int puts = 1; ; puts++) {
            var again = new World();
            var survivor = new MemoryObjectStore();
            again.training(survivor).open();
            boolean died = false;
            try {
                walk(again, again.training(new DyingStore(survivor, puts, last)).open(), 120);
            } catch (StorageException e) {
                died = true;
                ContinuousTraining reopened = again.training(survivor).open();
                reopened.tick();
                walk(again, reopened, 120 - (int) again.day());
            }
            assertThat(again.registered).as("killed at write %s", puts).isEqualTo(world.registered);
            assertThat(again.champion).isEqualTo(world.champion);
            if (!died) {
                break;
            }
            kills++;
        }
        // What was there made durable, the request and its queueing, a run of 12 writes, settling both, and what the
        // policy remembers in between.
        assertThat(kills).isEqualTo(21);
    }

    @Test
    void tick_rejectedCandidate_backsOffExponentially() {
        world.rmse = 9;
        List<TrainingDecision> fired = walk(world, world.training(store).open(), 400);

        assertThat(world.champion).isEmpty();
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < fired.size(); i++) {
            gaps.add(Duration.between(fired.get(i - 1).at(), fired.get(i).at()).toDays());
        }
        assertThat(gaps.get(0)).isGreaterThanOrEqualTo(28);
        assertThat(gaps.get(1)).isGreaterThanOrEqualTo(56);
        assertThat(gaps.get(2)).isGreaterThanOrEqualTo(112);
    }

    @Test
    void tick_schedule_asksOncePerTimeAlsoAfterARestart() {
        World w = world;
        var budget = TrainingBudget.threshold(1);
        Cron yearly = Cron.of("0 0 1 6 *");
        ContinuousTraining training =
                w.training(store).on(yearly).within(budget).open();
        assertThat(walk(w, training, 100)).isEmpty();
        w.clock.advance(Duration.ofDays(100));

        ContinuousTraining reopened =
                w.training(store).on(yearly).within(budget).open();
        TrainingDecision missed = reopened.tick();

        assertThat(missed.fires()).isTrue();
        assertThat(missed.reason()).contains("schedule 0 0 1 6 *", "2005-06-01T00:00:00Z");
        assertThat(walk(w, w.training(store).on(yearly).within(budget).open(), 300))
                .isEmpty();
    }

    @Test
    void order_byHand_ignoresCooldownButNotATrainingUnderWay() {
        ContinuousTraining training = world.training(store).open();
        TrainingDecision ordered = training.order("first model", "ana");

        assertThat(ordered.fires()).isTrue();
        assertThat(ordered.signal()).isEqualTo("by hand");
        assertThat(training.order("again", "ana").ruling()).isEqualTo(Ruling.UNDER_WAY);
        training.tick();
        assertThat(world.champion).contains(RIDES.version(1));
        assertThat(training.order("once more", "ana").fires()).isTrue();
    }

    @Test
    void rolledBack_countsAsRejectedOnce() {
        ContinuousTraining training = world.training(store).open();
        training.order("first", "ana");
        List<PipelineRun> runs = new ArrayList<>();
        world.training(store)
                .listener((decision, worked) -> runs.addAll(worked))
                .open()
                .tick();
        Instant before = training.policyMemory().trainedAt();
        world.clock.advance(Duration.ofDays(1));
        training.order("second", "ana");
        world.training(store)
                .listener((decision, worked) -> runs.addAll(worked))
                .open()
                .tick();
        assertThat(runs).hasSize(2);
        assertThat(training.policyMemory().trainedAt()).isAfter(before);

        training.rolledBack(runs.get(1));
        training.rolledBack(runs.get(1));

        assertThat(training.policyMemory().rejected()).isEqualTo(1);
        assertThat(training.policyMemory().trainedAt()).isEqualTo(before);
        assertThat(training.policyMemory().armed()).isTrue();
    }

    @Test
    void order_longestModelName_givesARunIdThatFits() {
        var longest = ModelName.of("m".repeat(128));
        PromotionPipeline pipeline = PromotionPipeline.of(longest, store)
                .build(context -> {
                    assertThat(context.idempotencyKey()).hasSizeLessThanOrEqualTo(250);
                    return Candidate.of(longest.version(1), Map.of());
                })
                .promote(world.alias)
                .open();
        ContinuousTraining training = ContinuousTraining.of(longest, store, Retrain.through(pipeline, () -> "abc"))
                .open();

        assertThat(training.order("first", "ana").requestId().orElseThrow()).endsWith("-training-1");
        training.tick();

        assertThat(world.champion).contains(longest.version(1));
    }

    @Test
    void tick_brokenTriggerSourceAndListener_areContained() {
        ContinuousTraining training = world.training(store)
                .on(() -> {
                    throw new IllegalStateException("monitor is down");
                })
                .on(new Trigger() {
                    @Override
                    public String name() {
                        return "broken";
                    }

                    @Override
                    public Optional<Ask> check(Situation situation) {
                        throw new IllegalStateException("boom");
                    }
                })
                .listener((decision, runs) -> {
                    throw new IllegalStateException("boom");
                })
                .open();

        assertThat(training.tick().ruling()).isEqualTo(Ruling.QUIET);
    }

    @Test
    void tick_severalDriftSources_theStrongestCountsWithAnyAlarm() {
        var alarm = new DriftSignal(RIDES, 0.1, true, "adwin", world.start);
        var high = new DriftSignal(RIDES, 0.4, false, "psi", world.start);
        ContinuousTraining training = world.training(store)
                .on(() -> alarm)
                .on(() -> high)
                .on(Trigger.drift(0.9))
                .open();

        TrainingDecision decision = training.tick();

        assertThat(decision.drift()).isEqualTo(0.4);
        assertThat(decision.reason()).contains("psi; adwin");
        assertThat(decision.signal()).isEqualTo("drift");
    }

    @Test
    void start_ticksOnADaemonThreadUntilClosed() throws Exception {
        var twice = new CountDownLatch(2);
        List<Thread> threads = new ArrayList<>();
        ContinuousTraining training = world.training(store)
                .listener((decision, runs) -> {
                    threads.add(Thread.currentThread());
                    twice.countDown();
                })
                .open()
                .start(Duration.ofMillis(1));

        assertThat(twice.await(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> training.start(Duration.ofMillis(1))).isInstanceOf(IllegalStateException.class);
        training.close();
        training.close();

        assertThat(threads.get(0).getName()).isEqualTo("mlops-training-rides");
        assertThat(threads.get(0).isDaemon()).isTrue();
        assertThat(threads.get(0).isAlive()).isFalse();
    }
}
