package io.mlops4j.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {
    private static final double SIGMA = 0.3;
    private static final double MARGIN = 0.02;

    private static double[] noise(Random random, int n, double mean) {
        return IntStream.range(0, n)
                .mapToDouble(i -> mean + SIGMA * random.nextGaussian())
                .toArray();
    }

    private static int[] own(int n) {
        return IntStream.range(0, n).toArray();
    }

    private static int[] clustersOf(int size, int n) {
        return IntStream.range(0, n).map(i -> i / size).toArray();
    }

    @Test
    void of_independentItems_isTheStandardErrorOfAMean() {
        double[] d = {1, 2, 3, 4};

        PairedComparison comparison = PairedComparison.of(d, own(4));

        assertThat(comparison.meanDifference()).isCloseTo(2.5, within(1e-15));
        // s² = 5/3, n = 4
        assertThat(comparison.standardError()).isCloseTo(Math.sqrt(5.0 / 12), within(1e-15));
    }

    @Test
    void of_copiedItemsInClusters_gainsNothingFromCopies() {
        double[] once = noise(new Random(1), 200, 0);
        double[] fiveTimes =
                IntStream.range(0, 1000).mapToDouble(i -> once[i / 5]).toArray();

        PairedComparison single = PairedComparison.of(once, own(200));
        PairedComparison copied = PairedComparison.of(fiveTimes, clustersOf(5, 1000));

        assertThat(copied.standardError()).isCloseTo(single.standardError(), within(1e-12));
        assertThat(copied.clusters()).isEqualTo(200);
    }

    @Test
    void ofErrors_lowerIsBetter_ofScores_higherIsBetter() {
        double[] low = {1, 1};
        double[] high = {2, 3};

        assertThat(PairedComparison.ofErrors(low, high).meanDifference()).isEqualTo(1.5);
        assertThat(PairedComparison.ofScores(low, high).meanDifference()).isEqualTo(-1.5);
    }

    @Test
    void judge_clearCases() {
        double[] better = noise(new Random(2), 5000, 0.05);
        double[] worse = noise(new Random(3), 5000, -0.08);

        assertThat(PairedComparison.of(better, own(5000))
                        .judge(MARGIN, PairedComparison.Z_95)
                        .kind())
                .isEqualTo(Verdict.Kind.PASS);
        assertThat(PairedComparison.of(worse, own(5000))
                        .judge(MARGIN, PairedComparison.Z_95)
                        .kind())
                .isEqualTo(Verdict.Kind.FAIL);
    }

    /** At n = 100 a point delta fails an unchanged model in 25% of cases; the bound does so in under 5%. */
    @Test
    void judge_unchangedModelOnFewItems_seldomFails() {
        var random = new Random(4);
        int failed = 0;
        int pointDelta = 0;
        for (int i = 0; i < 4000; i++) {
            PairedComparison comparison = PairedComparison.of(noise(random, 100, 0), own(100));
            failed += comparison.judge(MARGIN, PairedComparison.Z_95).kind() == Verdict.Kind.FAIL ? 1 : 0;
            pointDelta += comparison.meanDifference() < -MARGIN ? 1 : 0;
        }

        assertThat(pointDelta / 4000.0).isCloseTo(0.252, within(0.03));
        assertThat(failed / 4000.0).isLessThan(0.05);
    }

    /** (1.645 + 0.842)² · 0.3² / 0.02² = 1,391 items pass an unchanged model in 80% of cases. */
    @Test
    void judge_unchangedModelOnEnoughItems_passesAsPredicted() {
        var random = new Random(5);
        int passed = 0;
        for (int i = 0; i < 2000; i++) {
            PairedComparison comparison = PairedComparison.of(noise(random, 1391, 0), own(1391));
            passed += comparison.judge(MARGIN, PairedComparison.Z_95).kind() == Verdict.Kind.PASS ? 1 : 0;
        }

        assertThat(passed / 2000.0).isCloseTo(0.80, within(0.03));
    }

    /** A candidate that is worse by just the margin must not pass more often than the confidence says. */
    @Test
    void judge_modelWorseByTheMargin_passesInFivePercent() {
        var random = new Random(6);
        int passed = 0;
        for (int i = 0; i < 4000; i++) {
            PairedComparison comparison = PairedComparison.of(noise(random, 500, -MARGIN), own(500));
            passed += comparison.judge(MARGIN, PairedComparison.Z_95).kind() == Verdict.Kind.PASS ? 1 : 0;
        }

        assertThat(passed / 4000.0).isCloseTo(0.05, within(0.012));
    }

    @Test
    void judge_openCase_saysHowManyMore() {
        var comparison = new PairedComparison(100, 100, 0, 0.03);

        Verdict verdict = comparison.judge(MARGIN, 2);

        // (2 · 0.03 / 0.02)² · 100 = 900 in all
        assertThat(verdict.samplesNeeded()).isEqualTo(800);
        assertThat(new PairedComparison(900, 900, 0, 0.01).judge(MARGIN, 2).kind())
                .isEqualTo(Verdict.Kind.PASS);
    }

    @Test
    void judge_rightOnTheMargin_needsMoreThanThereIs() {
        Verdict verdict = new PairedComparison(100, 100, -MARGIN, 0.03).judge(MARGIN, 2);

        assertThat(verdict.samplesNeeded()).isGreaterThan(Long.MAX_VALUE - 1000);
    }

    @Test
    void judge_tooFewClusters_isInconclusive() {
        Verdict verdict = PairedComparison.of(noise(new Random(7), 1000, 1), clustersOf(100, 1000))
                .judge(MARGIN, 2);

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.INCONCLUSIVE);
        assertThat(verdict.samplesNeeded()).isEqualTo(20);
    }

    @Test
    void of_badInput_isRefused() {
        assertThatThrownBy(() -> PairedComparison.of(new double[0], new int[0]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PairedComparison.ofScores(new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PairedComparison.of(new double[] {Double.NaN}, new int[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PairedComparison(50, 50, 0, 1).judge(-1, 2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
