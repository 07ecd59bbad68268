package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.CorruptionException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.inference.Inference;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.testkit.ManualClock;
import io.mlops4j.training.DriftSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DriftMonitorTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
    private static final ReferenceProfile PROFILE = profile(new Random(1), 0);

    private static ReferenceProfile profile(Random random, double shift) {
        ProfileBuilder builder =
                ReferenceProfile.builder().numeric("temp").categorical("dow").numeric("constant");
        for (int i = 0; i < 2000; i++) {
            builder.add(row(random, shift));
        }
        return builder.build();
    }

    private static float[] row(Random random, double shift) {
        return new float[] {(float) (random.nextGaussian() + shift), random.nextInt(7), 4};
    }

    private static MonitorBuilder monitor() {
        return DriftMonitor.against(PROFILE).window(Window.sliding(56)).clock(ManualClock.at(NOON));
    }

    private static void feed(DriftMonitor monitor, Random random, double shift, int rows) {
        for (int i = 0; i < rows; i++) {
            monitor.record(row(random, shift));
        }
    }

    private static FeatureDrift feature(DriftMonitor monitor, String name) {
        return monitor.report().features().stream()
                .filter(drift -> drift.feature().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void report_sameDistribution_isStable() {
        DriftMonitor monitor = monitor().watch(RIDES);
        Random random = new Random(2);
        for (int day = 0; day < 1000; day++) {
            feed(monitor, random, 0, 1);
            assertThat(monitor.signal().alarm())
                    .as("day %s: %s", day, monitor.report().reason())
                    .isFalse();
        }
        assertThat(monitor.signal().score()).isBetween(0.0, 0.99);
        assertThat(monitor.report().rows()).isEqualTo(56);
    }

    @Test
    void report_oneShiftedFeature_namesItFirst() {
        DriftMonitor monitor = monitor().watch(RIDES);
        feed(monitor, new Random(3), 2, 56);
        DriftReport report = monitor.report();
        assertThat(report.features().get(0).feature()).isEqualTo("temp");
        assertThat(report.features().get(0).verdict()).isEqualTo(Verdict.DRIFT);
        assertThat(report.features()).extracting(FeatureDrift::verdict).containsOnlyOnce(Verdict.DRIFT);
        assertThat(report.features().stream()
                        .mapToDouble(FeatureDrift::contribution)
                        .sum())
                .isCloseTo(1, within(1e-12));
        assertThat(report.driftedShare()).isCloseTo(1 / 3.0, within(1e-12));
        DriftSignal signal = monitor.signal();
        assertThat(signal.model()).isEqualTo(RIDES);
        assertThat(signal.alarm()).isTrue();
        assertThat(signal.score()).isEqualTo(1);
        assertThat(signal.at()).isEqualTo(NOON);
        assertThat(signal.reason()).contains("drift: ", "input temp", "threshold", "56 rows");
    }

    @Test
    void report_tooFewRows_doesNotJudge() {
        DriftMonitor monitor = monitor().watch(RIDES);
        assertThat(monitor.signal().score()).isZero();
        assertThat(monitor.signal().reason()).isEqualTo("too few rows to judge features");
        feed(monitor, new Random(3), 9, 29);
        assertThat(feature(monitor, "temp").verdict()).isEqualTo(Verdict.TOO_FEW);
        assertThat(monitor.signal().alarm()).isFalse();
        feed(monitor, new Random(3), 9, 1);
        assertThat(feature(monitor, "temp").verdict()).isEqualTo(Verdict.DRIFT);
    }

    @Test
    void report_whatIsMissingInfiniteOrUnseen_isFiniteAndNoticed() {
        DriftMonitor monitor = monitor().watch(RIDES);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -9999};
        for (int i = 0; i < 60; i++) {
            monitor.record(new float[] {odd[i % odd.length], 1000 + i, odd[(i + 1) % odd.length]});
        }
        for (FeatureDrift drift : monitor.report().features()) {
            assertThat(drift.verdict()).isEqualTo(Verdict.DRIFT);
            assertThat(drift.strength()).isFinite().isGreaterThan(1);
            assertThat(drift.contribution()).isBetween(0.0, 1.0);
        }
        assertThat(monitor.report().table()).doesNotContain("NaN", "Infinity");
    }

    @Test
    void report_constantColumn_staysAtZeroAndPoisonsNothing() {
        DriftMonitor monitor = monitor().watch(RIDES);
        feed(monitor, new Random(4), 0, 56);
        assertThat(feature(monitor, "constant").strength()).isZero();
        assertThat(feature(monitor, "constant").contribution()).isZero();
        ReferenceProfile constant = ReferenceProfile.of(List.of("c"), new float[][] {{4}, {4}});
        DriftMonitor only =
                DriftMonitor.against(constant).window(Window.sliding(56)).watch(RIDES);
        for (int i = 0; i < 56; i++) {
            only.record(new float[] {4});
        }
        assertThat(only.report().features().get(0).contribution()).isZero();
        assertThat(only.signal().score()).isZero();
    }

    @Test
    void record_wrongWidth_namesWhatWasExpected() {
        DriftMonitor monitor = monitor().watch(RIDES);
        assertThatThrownBy(() -> monitor.record(new float[5]))
                .isInstanceOf(RejectedInputException.class)
                .hasMessage("Cannot record a row of 5 values as input of model rides: "
                        + "expected 3 values [temp, dow, constant]");
        assertThatThrownBy(() -> monitor.record(new double[0])).isInstanceOf(RejectedInputException.class);
        assertThatThrownBy(() -> monitor.recordOutput(1)).isInstanceOf(IllegalStateException.class);
        assertThat(monitor.report().rows()).isZero();
    }

    private static Inference inference(ModelName model, Map<String, Value> inputs, Map<String, Value> outputs) {
        return new Inference("1", model.version(1), NOON, Duration.ofMillis(1), inputs, outputs);
    }

    @Test
    void onInference_matrixColumnsAndOutputs_areCountedRowByRow() {
        ReferenceProfile output = ReferenceProfile.of(List.of("ridership"), new float[][] {{1}, {2}, {3}});
        DriftMonitor monitor = monitor().outputs(output).leastRows(1).watch(RIDES);
        Map<String, Value> answer = Map.of("ridership", Tensor.ofFloats(new float[] {1, 99}, 2, 1));
        Tensor matrix = Tensor.ofRows(new float[] {0, 1, 4}, new float[] {0, 1, 4});
        monitor.onInference(inference(RIDES, Map.of("X", matrix), answer));
        Map<String, Value> columns = Map.of(
                "temp", Tensor.ofDoubles(new double[] {0, 0}, 2),
                "dow", Tensor.ofStrings(List.of("1", "monday"), 2, 1),
                "constant", Tensor.ofIntegers(ElementType.UINT8, new long[] {4, 4}, 2));
        monitor.onInference(inference(RIDES, columns, answer));
        monitor.onInference(inference(ModelName.of("other"), Map.of("X", matrix), answer));
        DriftReport report = monitor.report();
        assertThat(report.rows()).isEqualTo(4);
        assertThat(report.features()).extracting(FeatureDrift::side).containsOnlyOnce(Side.OUTPUT);
        // 1 of 4 days of week unseen is what the columns' text made of it.
        CellCounts expected = CellCounts.of(0, 3, 0, 0, 0, 0, 0, 1, 0);
        double psi = Psi.overTenths().between(PROFILE.feature("dow").counts(), expected);
        assertThat(feature(monitor, "dow").measurements().get(0).value()).isCloseTo(psi, within(1e-12));
    }

    @Test
    void onInference_shapesThatDoNotFit_areRejectedWithTheShape() {
        DriftMonitor monitor = monitor().watch(RIDES);
        Map<String, Value> narrow = Map.of("X", Tensor.ofFloats(new float[4], 2, 2));
        assertThatThrownBy(() -> monitor.onInference(inference(RIDES, narrow, Map.of())))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("[2, 2]")
                .hasMessageContaining("expected 3 values [temp, dow, constant]");
        Map<String, Value> ragged = Map.of(
                "temp", Tensor.ofDoubles(new double[2], 2),
                "dow", Tensor.ofDoubles(new double[3], 3),
                "constant", Tensor.ofDoubles(new double[2], 2));
        assertThatThrownBy(() -> monitor.onInference(inference(RIDES, ragged, Map.of())))
                .isInstanceOf(RejectedInputException.class);
        assertThat(monitor.report().rows()).isZero();
    }

    @Test
    void recordError_risingErrors_alarmUntilARebase() {
        DriftMonitor monitor = monitor()
                .errors(PageHinkley.withDefaults().lambda(20).direction(Direction.UP))
                .errors(Adwin.withDefaults())
                .score(DriftReport::worstDetector)
                .watch(RIDES);
        double before = 0;
        for (int i = 0; i < 200; i++) {
            monitor.recordError(1 + (i % 5) * 0.01);
            before = monitor.signal().score();
        }
        assertThat(before).isBetween(0.0, 0.9);
        assertThat(monitor.signal().alarm()).isFalse();
        for (int i = 0; i < 100; i++) {
            monitor.recordError(3);
        }
        DriftSignal signal = monitor.signal();
        assertThat(signal.alarm()).isTrue();
        assertThat(signal.score()).isEqualTo(1);
        assertThat(signal.reason()).contains("page-hinkley on errors", "first at error 2");
        assertThat(monitor.report().detectors().get(0).firstAlarm().getAsLong()).isBetween(201L, 230L);
        monitor.rebase(profile(new Random(5), 1));
        assertThat(monitor.signal().alarm()).isFalse();
        assertThat(monitor.signal().score()).isZero();
        assertThat(monitor.report().detectors().get(0).errors()).isZero();
    }

    @Test
    void recordError_notANumber_isRejectedAndForgotten() {
        DriftMonitor monitor = monitor().errors(Adwin.withDefaults()).watch(RIDES);
        assertThatThrownBy(() -> monitor.recordError(Double.NaN))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("model rides")
                .hasMessageContaining("NaN");
        assertThat(monitor.report().detectors().get(0).errors()).isZero();
    }

    @Test
    void rebase_anotherReference_judgesAgainstIt() {
        DriftMonitor monitor = monitor().watch(RIDES);
        feed(monitor, new Random(6), 2, 56);
        assertThat(monitor.signal().alarm()).isTrue();
        ReferenceProfile shifted = profile(new Random(7), 2);
        monitor.rebase(shifted);
        assertThat(monitor.profile()).isEqualTo(shifted);
        assertThat(monitor.report().rows()).isZero();
        feed(monitor, new Random(8), 2, 56);
        assertThat(monitor.signal().alarm()).isFalse();
        assertThatThrownBy(() -> monitor.rebase(shifted, shifted))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("its inputs only");
    }

    @Test
    void tumbling_judgesTheLastFullBlock() {
        DriftMonitor monitor = monitor().window(Window.tumbling(50)).watch(RIDES);
        feed(monitor, new Random(9), 3, 49);
        assertThat(monitor.report().rows()).isZero();
        feed(monitor, new Random(9), 3, 1);
        assertThat(monitor.report().rows()).isEqualTo(50);
        assertThat(monitor.signal().alarm()).isTrue();
        feed(monitor, new Random(10), 0, 49);
        assertThat(monitor.signal().alarm()).isTrue();
        feed(monitor, new Random(10), 0, 1);
        assertThat(monitor.signal().alarm()).isFalse();
    }

    @Test
    void tumbling_manyThreads_keepsEveryRowOnce() throws InterruptedException {
        DriftMonitor monitor = monitor().window(Window.tumbling(8000)).watch(RIDES);
        Thread[] threads = new Thread[8];
        for (int t = 0; t < threads.length; t++) {
            int seed = t;
            threads[t] = new Thread(() -> feed(monitor, new Random(seed), 0, 1000));
        }
        Arrays.stream(threads).forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(monitor.report().rows()).isEqualTo(8000);
        assertThat(monitor.signal().alarm()).isFalse();
    }

    @Test
    void sliding_manyThreads_keepsTheWindowFull() throws InterruptedException {
        DriftMonitor monitor = monitor().window(Window.sliding(700)).watch(RIDES);
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            int seed = t;
            threads[t] = new Thread(() -> feed(monitor, new Random(seed), 0, 1000));
        }
        Arrays.stream(threads).forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(monitor.report().rows()).isEqualTo(700);
    }

    @ParameterizedTest
    @EnumSource
    void save_whileNothingHappens_isStable(Window.Kind kind) {
        DriftMonitor monitor = full(kind).watch(RIDES);
        feed(monitor, new Random(1), 0, 100);
        assertThat(monitor.save()).isEqualTo(monitor.save());
        byte[] saved = monitor.save();
        assertThat(full(kind).resume(RIDES, saved).save()).isEqualTo(saved);
    }

    private static MonitorBuilder full(Window.Kind kind) {
        return monitor()
                .window(new Window(kind, 56))
                .errors(PageHinkley.withDefaults().lambda(5))
                .errors(Adwin.withDefaults());
    }

    /** Killed on any day and resumed from its bytes, a monitor says the same on every later day. */
    @Property(tries = 15)
    void resume_onAnyDay_changesNoLaterReport(@ForAll @IntRange(min = 0, max = 399) int killedOn) {
        for (Window.Kind kind : Window.Kind.values()) {
            DriftMonitor whole = full(kind).watch(RIDES);
            DriftMonitor mortal = full(kind).watch(RIDES);
            Random random = new Random(12);
            int alarms = 0;
            for (int day = 0; day < 400; day++) {
                if (day == killedOn) {
                    mortal = full(kind).resume(RIDES, mortal.save());
                }
                double shift = day < 200 ? 0 : 1.5;
                float[] row = row(random, shift);
                double error = Math.abs(random.nextGaussian()) + shift;
                for (DriftMonitor monitor : List.of(whole, mortal)) {
                    monitor.record(row);
                    monitor.recordError(error);
                }
                assertThat(mortal.report()).as("%s, day %s", kind, day).isEqualTo(whole.report());
                alarms += mortal.signal().alarm() ? 1 : 0;
            }
            assertThat(alarms).isBetween(100, 399);
            assertThat(mortal.save()).isEqualTo(whole.save());
        }
    }

    @Test
    void resume_fromSomethingElse_saysWhy() {
        byte[] saved = full(Window.Kind.SLIDING).watch(RIDES).save();
        assertThatThrownBy(() -> full(Window.Kind.SLIDING).resume(ModelName.of("other"), saved))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("another model");
        assertThatThrownBy(() -> full(Window.Kind.TUMBLING).resume(RIDES, saved))
                .hasMessageContaining("another window than");
        assertThatThrownBy(() -> monitor().resume(RIDES, saved)).hasMessageContaining("2 detectors, expected 0");
        assertThatThrownBy(() -> DriftMonitor.against(profile(new Random(2), 1))
                        .window(Window.sliding(56))
                        .resume(RIDES, saved))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("another input profile");
        for (int i = 0; i < saved.length; i++) {
            byte[] bad = saved.clone();
            bad[i] ^= 4;
            assertThatThrownBy(() -> full(Window.Kind.SLIDING).resume(RIDES, bad))
                    .isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void table_showsFeaturesAndDetectors() {
        DriftMonitor monitor = monitor().errors(Adwin.withDefaults()).watch(RIDES);
        feed(monitor, new Random(3), 2, 56);
        assertThat(monitor.report().table())
                .startsWith("drift of rides at 2026-11-21T12:00:00Z, 56 rows: drift: ")
                .containsPattern("(?m)^input +temp +drift +\\d+\\.\\d% +psi \\d+\\.\\d{4}/\\d\\.\\d{4}, ks ")
                .containsPattern("(?m)^input +dow +stable +\\d+\\.\\d% +psi [^,]+$")
                .containsPattern("(?m)^error +adwin +stable +evidence 0\\.0000/1 after 0 errors, 0 alarms$");
    }

    @Test
    void settings_thatMakeNoSense_areRejected() {
        assertThatThrownBy(() -> Window.sliding(0)).hasMessageContaining("expected 1 to");
        assertThatThrownBy(() -> monitor().chance(0)).hasMessageContaining("above 0 and below 1");
        assertThatThrownBy(() -> monitor().leastRows(0)).hasMessageContaining("expected 1 or more");
        assertThatThrownBy(() -> monitor().criteria()).hasMessageContaining("expected 1 or more");
        assertThatThrownBy(() -> new Criterion(Psi.overTenths(), Double.NaN)).hasMessageContaining("positive");
        assertThatThrownBy(() ->
                        monitor().criteria(new Criterion(new KsDistance(), 0.1)).watch(RIDES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("input dow");
        DriftMonitor nan = monitor().score(report -> Double.NaN).watch(RIDES);
        assertThatThrownBy(nan::signal).isInstanceOf(IllegalStateException.class);
    }
}
