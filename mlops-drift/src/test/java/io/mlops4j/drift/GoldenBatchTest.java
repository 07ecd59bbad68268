package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Scores and tests give the values that SciPy gives. */
class GoldenBatchTest {
    private static final JsonNode GOLDEN = Resources.golden();
    private static final CellCounts A = CellCounts.of(longs("A"));
    private static final CellCounts B = CellCounts.of(longs("B"));

    private static long[] longs(String name) {
        return StreamSupport.stream(GOLDEN.get(name).spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }

    private static double[] doubles(String name) {
        return StreamSupport.stream(GOLDEN.get(name).spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static void assertGolden(double actual, String name) {
        assertClose(actual, GOLDEN.get(name).asDouble());
    }

    private static void assertClose(double actual, double expected) {
        assertThat(actual).isCloseTo(expected, within(1e-12 * Math.abs(expected)));
    }

    @Test
    void psi_ofTheGoldenCounts_isScipys() {
        assertGolden(Psi.overTenths().between(A, B), "psi_A_B");
    }

    @Test
    void jensenShannon_inBothBases_isScipys() {
        assertGolden(new JensenShannon(10, JensenShannon.Base.E).between(A, B), "js_distance_ln");
        assertGolden(new JensenShannon(10, JensenShannon.Base.TWO).between(A, B), "js_distance_base2");
    }

    @Test
    void hellinger_ofTheGoldenCounts_isScipys() {
        assertGolden(new Hellinger(10).between(A, B), "hellinger_A_B");
    }

    @Test
    void totalVariation_ofTheGoldenCounts_isScipys() {
        assertGolden(new TotalVariation(10).between(A, B), "tvd_A_B");
    }

    @Test
    void kolmogorovSmirnov_ofSmallSamples_isExact() {
        TestResult result = new KolmogorovSmirnov().test(doubles("x"), doubles("y"));
        assertClose(result.statistic(), GOLDEN.get("ks_x_y").get(0).asDouble());
        assertClose(result.pValue(), GOLDEN.get("ks_x_y").get(1).asDouble());
        assertThat(result.rejects(0.05)).isFalse();
        assertThat(result.rejects(0.1)).isTrue();
    }

    @Test
    void wasserstein_ofTheGoldenSamples_isScipys() {
        assertGolden(Wasserstein.between(doubles("x"), doubles("y")), "wasserstein_x_y");
        assertGolden(Wasserstein.between(doubles("y"), doubles("x")), "wasserstein_x_y");
    }

    @Test
    void wasserstein_ofAConstantReference_isFinite() {
        assertThat(Wasserstein.normalized(new double[] {5, 5}, new double[] {5.5, 5.5}))
                .isCloseTo(500, within(1e-9));
    }

    /** The value that Frouros pins in its tests, from 6 and 6 observations of three categories. */
    @Test
    void chiSquare_ofFrourosExample_isItsPinnedValue() {
        double[] reference = {0, 0, 0, 0, 1, 1};
        double[] live = {0, 1, 2, 2, 2, 2};
        TestResult result = new ChiSquare().test(reference, live);
        assertThat(result.statistic()).isCloseTo(6.13333333, within(5e-9));
        assertThat(result.pValue()).isCloseTo(0.04657615, within(5e-9));
    }

    @Test
    void chiSquare_cellsEmptyOnBothSides_doNotCount() {
        var test = new ChiSquare();
        assertThat(test.test(CellCounts.of(4, 0, 2, 0), CellCounts.of(1, 0, 1, 4)))
                .isEqualTo(test.test(CellCounts.of(4, 2, 0), CellCounts.of(1, 1, 4)));
        assertThat(test.test(CellCounts.of(0, 7), CellCounts.of(0, 3))).isEqualTo(new TestResult(0, 1));
    }

    @Test
    void psi_emptyCell_countsAsHalfAValue() {
        double p = 0.5 / 100;
        double expected = (0.5 - p) * Math.log(0.5 / p) + (0.5 - 1.0) * Math.log(0.5 / 1.0);
        assertClose(Psi.overTenths().between(CellCounts.of(0, 100), CellCounts.of(10, 10)), expected);
    }

    @Test
    void scores_ofEqualShares_areZeroAndOfEmptyOnes_areRejected() {
        for (DriftScore score : new DriftScore[] {
            Psi.overTenths(),
            new Hellinger(10),
            new TotalVariation(10),
            new KsDistance(),
            new JensenShannon(10, JensenShannon.Base.TWO)
        }) {
            assertThat(score.between(CellCounts.of(0, 10, 30), CellCounts.of(0, 1, 3)))
                    .as(score.name())
                    .isZero();
            assertThatThrownBy(() -> score.between(CellCounts.of(1, 1), CellCounts.of(0, 0)))
                    .as(score.name())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0 live values");
        }
    }

    @Test
    void kolmogorovSmirnov_notANumber_isRejectedByIndex() {
        assertThatThrownBy(() -> new KolmogorovSmirnov().test(new double[] {1, 2}, new double[] {1, Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("live sample holds NaN at index 1");
    }
}
