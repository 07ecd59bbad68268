package io.mlops4j.serving.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Wealth is what the formula says, is fair under the hypothesis, and reaches 1/α under it as seldom as promised. */
final class BetsTest {
    private static final double MARGIN = 0.1;

    private static double stake(int k, double worst) {
        return 0.9 / worst * Math.pow(1000, -k / 15.0);
    }

    @Test
    void logValue_constantPayoffs_isTheMeanOfThePowers() {
        var bets = new Bets(0.8);
        for (int i = 0; i < 50; i++) {
            bets.settle(0.3);
        }
        double mean = 0;
        for (int k = 0; k < 16; k++) {
            mean += Math.pow(1 + stake(k, 0.8) * 0.3, 50) / 16;
        }
        assertThat(bets.logValue()).isCloseTo(Math.log(mean), within(1e-9));
    }

    @Test
    void logValue_longStreams_staysFinite() {
        var won = new Bets(1);
        var lost = new Bets(1);
        for (int i = 0; i < 100_000; i++) {
            won.settle(1);
            lost.settle(-1);
        }
        assertThat(won.logValue()).isCloseTo(100_000 * Math.log(1.9) - Math.log(16), within(1e-3));
        assertThat(lost.logValue()).isFinite().isNegative();
    }

    /** All 2¹² ways in which twelve differences of ±1 with mean −δ may fall: a martingale has the expectation 1. */
    @Test
    void comparison_onTheBoundary_hasExpectationOne() {
        double up = (1 - MARGIN) / 2;
        double noWorse = 0;
        double worse = 0;
        for (int path = 0; path < 1 << 12; path++) {
            var comparison = new Comparison(MARGIN);
            double probability = 1;
            for (int i = 0; i < 12; i++) {
                boolean rises = (path >> i & 1) == 1;
                comparison.add(rises ? 1 : -1);
                probability *= rises ? up : 1 - up;
            }
            noWorse += probability * Math.exp(comparison.logNoWorse());
            worse += probability * Math.exp(comparison.logWorse());
        }
        assertThat(noWorse).isCloseTo(1, within(1e-9));
        assertThat(worse).isCloseTo(1, within(1e-9));
    }

    @Test
    void comparison_onTheBoundary_reachesOneOverAlphaAtMostAsOftenAsPromised() {
        long seed = 20261121;
        var random = new Random(seed);
        int runs = 1000;
        int noWorse = 0;
        int worse = 0;
        for (int run = 0; run < runs; run++) {
            var comparison = new Comparison(MARGIN);
            boolean passed = false;
            boolean failed = false;
            for (int i = 0; i < 500; i++) {
                comparison.add(random.nextDouble() < (1 - MARGIN) / 2 ? 1 : -1);
                passed |= comparison.logNoWorse() >= Math.log(20);
                failed |= comparison.logWorse() >= Math.log(20);
            }
            noWorse += passed ? 1 : 0;
            worse += failed ? 1 : 0;
        }
        // 5% and three standard errors of a thousand runs; and not never, or the test would show nothing.
        assertThat(noWorse).as("seed %d", seed).isBetween(1, 70);
        assertThat(worse).as("seed %d", seed).isBetween(1, 70);
    }

    @Test
    void together_twoReplicas_areAsOneThatSawBoth() {
        var both = new Comparison(MARGIN);
        var first = new Comparison(MARGIN);
        var second = new Comparison(MARGIN);
        var random = new Random(7);
        for (int i = 0; i < 300; i++) {
            double d = random.nextDouble() * 0.6 - 0.2;
            both.add(d);
            (i % 3 == 0 ? first : second).add(d);
        }
        Tally together = Tally.together(List.of(first.tally(), second.tally()));
        assertThat(together.pairs()).isEqualTo(300);
        assertThat(together.logNoWorse()).isCloseTo(both.logNoWorse(), within(1e-9));
        assertThat(together.logWorse()).isCloseTo(both.logWorse(), within(1e-9));
        assertThat(together.meanDifference()).isCloseTo(both.tally().meanDifference(), within(1e-12));
    }

    @Test
    void tally_ofAnotherNumberOfStakes_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Tally(1, 0, List.of(0.0), List.of(0.0)));
    }

    @Test
    void twoArms_anyShare_differenceHasTheMeanOfTheArms() {
        for (double share : new double[] {0.02, 0.5, 0.9}) {
            var comparison = new Comparison(MARGIN);
            var arms = new TwoArms(comparison);
            var random = new Random(11);
            for (int i = 0; i < 400_000; i++) {
                boolean candidate = random.nextDouble() < share;
                double rate = candidate ? 0.3 : 0.2;
                arms.add(candidate ? Arm.CANDIDATE : Arm.INCUMBENT, random.nextDouble() < rate ? 1 : 0);
            }
            assertThat(comparison.tally().meanDifference())
                    .as("share %s", share)
                    .isCloseTo(-0.1, within(0.015));
        }
    }

    @Test
    void buckets_keys_areSpreadEvenlyAndIndependentlyOfOtherRollouts() {
        var buckets = new Buckets("rides:4-1");
        var others = new Buckets("rides:5-2");
        int keys = 100_000;
        int[] cells = new int[100];
        int both = 0;
        for (int i = 0; i < keys; i++) {
            double at = buckets.of("user-" + i);
            cells[(int) (at * 100)]++;
            both += at < 0.1 && others.of("user-" + i) < 0.1 ? 1 : 0;
        }
        double chiSquare = 0;
        for (int count : cells) {
            chiSquare += Math.pow(count - 1000, 2) / 1000;
        }
        // 99 degrees of freedom: 0.001 of all good hashes are beyond 148.2, and as many below 59.
        assertThat(chiSquare).isBetween(59.0, 148.2);
        assertThat(both).isBetween(900, 1100);
    }

    @Test
    void buckets_areTheSameInEveryProcess() {
        var buckets = new Buckets("rides:4-1");
        // Computed from the definition by another language: a change here would send keys to other versions half-way.
        assertThat(buckets.of("ana")).isEqualTo(0.2538362589462837);
        assertThat(buckets.of("Zo\u00eb")).isEqualTo(0.7032174401196619);
        assertThat(buckets.of("")).isEqualTo(0.574591927258678);
    }

    @Test
    void betaOdds_smallCounts_matchClosedForms() {
        assertThat(BetaOdds.exceeds(0, 0, 0, 0)).isCloseTo(0.5, within(1e-3));
        // X ~ Beta(2,1), Y ~ uniform: P(X > Y) = E[X] = 2/3.
        assertThat(BetaOdds.exceeds(1, 0, 0, 0)).isCloseTo(2 / 3.0, within(1e-3));
        // X ~ Beta(1,10), Y ~ uniform: E[X] = 1/11.
        assertThat(BetaOdds.exceeds(0, 9, 0, 0)).isCloseTo(1 / 11.0, within(1e-3));
    }

    @Test
    void betaOdds_areHowOftenThompsonSamplingChooses() {
        long seed = 1933;
        var random = new Random(seed);
        int draws = 200_000;
        int chosen = 0;
        for (int i = 0; i < draws; i++) {
            chosen += beta(random, 7, 2) > beta(random, 4, 3) ? 1 : 0;
        }
        assertThat(BetaOdds.exceeds(7, 2, 4, 3)).as("seed %d", seed).isCloseTo(chosen / (double) draws, within(5e-3));
    }

    /** A draw from Beta(1 + s, 1 + f): the s + 1st smallest of s + f + 1 uniform numbers. */
    private static double beta(Random random, int successes, int failures) {
        return random.doubles(successes + failures + 1)
                .sorted()
                .skip(successes)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void betaOdds_largeCounts_approachTheNormal() {
        // Rates 0.5 and 0.505 of a million each: z = 0.005 / sqrt(2 · 0.25 / 10⁶) = 7.07.
        assertThat(BetaOdds.exceeds(505_000, 495_000, 500_000, 500_000)).isGreaterThan(0.999999);
        // 0.5001: z = 0.1414, Φ = 0.5562.
        assertThat(BetaOdds.exceeds(500_100, 499_900, 500_000, 500_000)).isCloseTo(0.5562, within(1e-3));
        assertThat(BetaOdds.exceeds(1_000_000, 0, 0, 1_000_000)).isCloseTo(1, within(1e-9));
    }
}
