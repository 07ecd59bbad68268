package io.mlops4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class WeightedBudgetTest {
    @Test
    void score_knownValues() {
        assertThat(WeightedBudget.DEFAULT.score(0.5, 5000).total()).isCloseTo(0.5, within(1e-15));
        assertThat(WeightedBudget.DEFAULT.score(0, 0).total()).isZero();
        assertThat(WeightedBudget.DEFAULT.score(1, 1_000_000).total()).isEqualTo(1);
        assertThat(WeightedBudget.DEFAULT.score(3.7, 0).drift()).isEqualTo(0.6);
        assertThat(WeightedBudget.DEFAULT
                        .score(Double.POSITIVE_INFINITY, 10_000)
                        .rows())
                .isEqualTo(0.4);
        assertThat(WeightedBudget.DEFAULT.score(-2, 0).total()).isZero();
        assertThat(new WeightedBudget(1, 0, 1).score(0.3, 9).total()).isEqualTo(0.3);
    }

    @Test
    void badInput_isRefused() {
        assertThatThrownBy(() -> WeightedBudget.DEFAULT.score(Double.NaN, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WeightedBudget.DEFAULT.score(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WeightedBudget(0.7, 0.4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WeightedBudget(-0.1, 0.4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WeightedBudget(0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WeightedBudget(Double.NaN, 0.4, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WeightedBudget(0.6, 0.4, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void score_staysWithinZeroToOne(
            @ForAll double drift,
            @ForAll @LongRange(min = 0) long rows,
            @ForAll @DoubleRange(min = 0, max = 1) double weight,
            @ForAll @LongRange(min = 1) long scale) {
        var budget = new WeightedBudget(weight, 1 - weight, scale).score(Double.isNaN(drift) ? 0 : drift, rows);

        assertThat(budget.total()).isBetween(0.0, 1.0);
    }

    @Property
    void score_growsWithDriftAndRows(
            @ForAll @DoubleRange(min = -1, max = 2) double a,
            @ForAll @DoubleRange(min = -1, max = 2) double b,
            @ForAll @LongRange(min = 0, max = 30_000) long m,
            @ForAll @LongRange(min = 0, max = 30_000) long n) {
        double low =
                WeightedBudget.DEFAULT.score(Math.min(a, b), Math.min(m, n)).total();
        double high =
                WeightedBudget.DEFAULT.score(Math.max(a, b), Math.max(m, n)).total();

        assertThat(high).isGreaterThanOrEqualTo(low);
    }
}
