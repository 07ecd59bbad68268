package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NumericCellsTest {
    private static double[] range(int n) {
        return IntStream.range(0, n).asDoubleStream().toArray();
    }

    private static long[] counts(NumericCells cells, double... values) {
        long[] counts = new long[cells.size()];
        for (double value : values) {
            counts[cells.of(value)]++;
        }
        return counts;
    }

    private static String cellOf(NumericCells cells, double value) {
        return cells.describe(cells.of(value));
    }

    @Test
    void freeze_distinctValues_givesEqualMasses() {
        NumericCells cells = NumericCells.freeze(range(12_800), 128);
        long[] counts = counts(cells, range(12_800));
        assertThat(cells.size()).isEqualTo(128 + 5);
        assertThat(Arrays.copyOfRange(counts, 2, 130)).containsOnly(100);
    }

    @Test
    void of_specialValues_haveCellsOfTheirOwn() {
        NumericCells cells = NumericCells.freeze(range(100), 4);
        assertThat(cellOf(cells, Double.NEGATIVE_INFINITY)).isEqualTo("-infinity");
        assertThat(cellOf(cells, -0.5)).isEqualTo("below 0.0");
        assertThat(cellOf(cells, -Double.MAX_VALUE)).isEqualTo("below 0.0");
        assertThat(cellOf(cells, 0)).isEqualTo("[0.0, 24.0]");
        assertThat(cellOf(cells, -0.0)).isEqualTo("[0.0, 24.0]");
        assertThat(cellOf(cells, 24)).isEqualTo("[0.0, 24.0]");
        assertThat(cellOf(cells, 24.5)).isEqualTo("(24.0, 49.0]");
        assertThat(cellOf(cells, 99)).isEqualTo("(74.0, 99.0]");
        assertThat(cellOf(cells, 99.1)).isEqualTo("above 99.0");
        assertThat(cellOf(cells, Double.MAX_VALUE)).isEqualTo("above 99.0");
        assertThat(cellOf(cells, Double.POSITIVE_INFINITY)).isEqualTo("+infinity");
        assertThat(cellOf(cells, Double.NaN)).isEqualTo("missing");
        assertThat(cells.describe(cells.of("abc"))).isEqualTo("missing");
    }

    @Test
    void freeze_sentinelSpike_isACellOfItsOwn() {
        double[] values = range(1000);
        Arrays.fill(values, 0, 300, -999);
        NumericCells cells = NumericCells.freeze(values, 10);
        assertThat(cellOf(cells, -999)).isEqualTo("-999.0");
        assertThat(cellOf(cells, -998)).isNotEqualTo("-999.0");
        assertThat(counts(cells, values)[cells.of(-999)]).isEqualTo(300);
        assertThat(cells.size() - 5).isEqualTo(1 + 7);
    }

    @Test
    void freeze_spikeInTheMiddle_leavesItsNeighboursWhole() {
        double[] values = range(1000);
        Arrays.fill(values, 400, 600, 500.0);
        NumericCells cells = NumericCells.freeze(values, 10);
        assertThat(cellOf(cells, 500)).isEqualTo("500.0");
        assertThat(counts(cells, values)[cells.of(500)]).isEqualTo(200);
        assertThat(cells.of(450)).isNotEqualTo(cells.of(500)).isNotEqualTo(cells.of(550));
        // No empty cell before the spike: the run below it reaches up to it.
        assertThat(counts(cells, values)[cells.of(499)]).isEqualTo(100);
    }

    @Test
    void freeze_fewUniques_areAtomsWithGapsBetween() {
        double[] days = IntStream.range(0, 700).mapToDouble(i -> i % 7).toArray();
        NumericCells cells = NumericCells.freeze(days, 128);
        for (int day = 0; day < 7; day++) {
            assertThat(cellOf(cells, day)).isEqualTo(day + ".0");
            assertThat(counts(cells, days)[cells.of(day)]).isEqualTo(100);
        }
        assertThat(counts(cells, days)[cells.of(2.5)]).isZero();
    }

    @Test
    void freeze_constant_isOneAtom() {
        NumericCells cells = NumericCells.freeze(new double[] {3, 3, 3, 3}, 128);
        assertThat(cells.size()).isEqualTo(6);
        assertThat(cellOf(cells, 3)).isEqualTo("3.0");
        assertThat(cellOf(cells, Math.nextUp(3.0))).isEqualTo("above 3.0");
        assertThat(cellOf(cells, Math.nextDown(3.0))).isEqualTo("below 3.0");
    }

    @Test
    void freeze_nothingFinite_hasNoOrdinaryCell() {
        NumericCells cells = NumericCells.freeze(new double[] {Double.NaN, Double.POSITIVE_INFINITY}, 128);
        assertThat(cells.size()).isEqualTo(5);
        assertThat(cellOf(cells, 0)).isEqualTo("finite");
        assertThat(cellOf(cells, Double.NaN)).isEqualTo("missing");
        assertThat(cellOf(cells, Double.POSITIVE_INFINITY)).isEqualTo("+infinity");
        assertThat(cellOf(cells, Double.NEGATIVE_INFINITY)).isEqualTo("-infinity");
    }

    @Test
    void freeze_extremeValues_haveCells() {
        double[] values = {-Double.MAX_VALUE, -1, 0, 1, Double.MAX_VALUE, 2, 3, 4, 5, 6, 7, 8};
        NumericCells cells = NumericCells.freeze(values, 128);
        assertThat(counts(cells, values)[cells.of(Double.NEGATIVE_INFINITY)]).isZero();
        assertThat(counts(cells, values)[cells.of(Double.POSITIVE_INFINITY)]).isZero();
        assertThat(Arrays.stream(counts(cells, values), 2, cells.size() - 3).sum())
                .isEqualTo(12);
    }

    @Test
    void freeze_fewValues_givesAtLeastFiveACell() {
        NumericCells cells = NumericCells.freeze(range(50), 128);
        assertThat(cells.size()).isEqualTo(10 + 5);
        assertThat(Arrays.copyOfRange(counts(cells, range(50)), 2, 12)).containsOnly(5);
    }

    @Test
    void groups_joinNeighboursIntoTenths() {
        NumericCells cells = NumericCells.freeze(range(12_800), 128);
        CellCounts reference = CellCounts.of(counts(cells, range(12_800)));
        int[] groups = cells.groups(reference, 10);
        int size = groups[groups.length - 1] + 1;
        assertThat(size).isEqualTo(10 + 5);
        CellCounts grouped = reference.grouped(groups, size);
        for (int group = 2; group < 12; group++) {
            assertThat(grouped.at(group)).isBetween(1200L, 1400L);
        }
    }

    @Test
    void freeze_cellsOutOfRange_areRejected() {
        assertThatThrownBy(() -> NumericCells.freeze(range(5), 0)).hasMessageContaining("expected 1 to 1024");
    }
}
