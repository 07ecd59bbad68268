package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class DriftPropertiesTest {
    /** Values with many ties, spikes, and everything a double can be. */
    @Provide
    Arbitrary<double[]> samples() {
        Arbitrary<Double> value = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.doubles().between(-10, 10)),
                Tuple.of(4, Arbitraries.integers().between(-3, 3).map(Integer::doubleValue)),
                Tuple.of(2, Arbitraries.of(-999.0, 0.0, -0.0)),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                Double.NaN,
                                Double.POSITIVE_INFINITY,
                                Double.NEGATIVE_INFINITY,
                                Double.MAX_VALUE,
                                -Double.MAX_VALUE,
                                Double.MIN_VALUE)));
        return value.array(Double[].class).ofMinSize(1).ofMaxSize(300).map(boxed -> Arrays.stream(boxed)
                .mapToDouble(x -> x)
                .toArray());
    }

    private static FeatureProfile profile(double[] values, int cells) {
        ProfileBuilder builder = ReferenceProfile.builder().numeric("x", cells);
        for (double value : values) {
            builder.add(new double[] {value});
        }
        return builder.build().feature("x");
    }

    private static CellCounts count(Cells cells, double... values) {
        StripedCounts counts = StripedCounts.of(cells);
        for (double value : values) {
            counts.record(value);
        }
        return counts.snapshot();
    }

    private static double[] concat(double[] x, double[] y) {
        double[] all = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, all, x.length, y.length);
        return all;
    }

    /** D over the total order of {@link Double#compare} (NaN last), with -0.0 and 0.0 one value. */
    private static double exactD(double[] x, double[] y) {
        double d = 0;
        for (double at : concat(x, y)) {
            d = Math.max(d, Math.abs(shareUpTo(x, at) - shareUpTo(y, at)));
        }
        return d;
    }

    private static double shareUpTo(double[] sample, double at) {
        return Arrays.stream(sample)
                        .filter(value -> Double.compare(value + 0.0, at + 0.0) <= 0)
                        .count()
                / (double) sample.length;
    }

    @Property(tries = 500)
    void frozenCells_areConsistent(
            @ForAll("samples") double[] values, @ForAll @IntRange(min = 1, max = 40) int wanted) {
        FeatureProfile profile = profile(values, wanted);
        assertThat(profile.counts().total()).isEqualTo(values.length);
        long finite = Arrays.stream(values).filter(Double::isFinite).count();
        int size = profile.cells().size();
        assertThat(profile.counts().at(1)).as("below").isZero();
        assertThat(profile.counts().at(size - 3)).as("above").isZero();
        double mass = (double) finite / Math.max(1, Math.min(wanted, finite / 5));
        for (int cell = 2; cell < size - 3; cell++) {
            boolean fits = profile.counts().at(cell) <= 2 * mass + 1;
            assertThat(fits || ((NumericCells) profile.cells()).isAtom(cell))
                    .as("cell %s holds %s of mass %s", cell, profile.counts().at(cell), mass)
                    .isTrue();
        }
    }

    /** The branch-free search against a plain reading of what a cell is. */
    @Property(tries = 500)
    void cellOf_isMonotoneInTheOrderOfDoubles(@ForAll("samples") double[] values, @ForAll("samples") double[] live) {
        Cells cells = profile(values, 16).cells();
        double[] sorted = live.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            assertThat(cells.of(sorted[i])).isGreaterThanOrEqualTo(cells.of(sorted[i - 1]));
        }
        for (double value : live) {
            int cell = cells.of(value);
            assertThat(Double.isNaN(value)).isEqualTo(cell == cells.size() - 1);
            assertThat(value == Double.POSITIVE_INFINITY).isEqualTo(cell == cells.size() - 2);
            assertThat(value == Double.NEGATIVE_INFINITY).isEqualTo(cell == 0);
        }
    }

    @Property(tries = 500)
    void distanceAtTheEdges_boundsTheExactDistance(
            @ForAll("samples") double[] reference,
            @ForAll("samples") double[] live,
            @ForAll @IntRange(min = 1, max = 40) int wanted) {
        FeatureProfile profile = profile(reference, wanted);
        CellCounts counts = count(profile.cells(), live);
        KsDistance.Bounds bounds = new KsDistance().bounds(profile, counts);
        double exact = exactD(reference, live);
        assertThat(bounds.lower()).isLessThanOrEqualTo(exact + 1e-12);
        assertThat(exact).isLessThanOrEqualTo(bounds.upper() + 1e-12);
        double fullest = 0;
        for (int cell = 0; cell < counts.size(); cell++) {
            fullest = Math.max(fullest, (double) profile.counts().at(cell) / reference.length);
        }
        assertThat(bounds.upper()).isLessThanOrEqualTo(bounds.lower() + fullest + 1e-12);
    }

    @Property(tries = 300)
    void counts_ofTwoReplicas_addUpToThoseOfOne(
            @ForAll("samples") double[] reference, @ForAll("samples") double[] x, @ForAll("samples") double[] y) {
        Cells cells = profile(reference, 16).cells();
        CellCounts together = count(cells, concat(x, y));
        assertThat(count(cells, x).plus(count(cells, y))).isEqualTo(together);
        assertThat(count(cells, concat(y, x))).isEqualTo(together);
    }

    @Property(tries = 300)
    void serialised_andRead_isTheSame(@ForAll("samples") double[] values) {
        ReferenceProfile profile = ReferenceProfile.of(List.of(profile(values, 32)));
        ReferenceProfile read = ReferenceProfile.parse(profile.toBytes());
        assertThat(read).isEqualTo(profile);
        assertThat(read.toBytes()).isEqualTo(profile.toBytes());
        for (double value : values) {
            assertThat(read.features().get(0).cells().of(value))
                    .isEqualTo(profile.features().get(0).cells().of(value));
        }
    }

    @Property(tries = 200)
    void profile_ofShuffledRows_hasTheSameBytes(@ForAll("samples") double[] values, @ForAll long seed) {
        List<Double> shuffled = new ArrayList<>();
        Arrays.stream(values).forEach(shuffled::add);
        Collections.shuffle(shuffled, new Random(seed));
        double[] other = shuffled.stream().mapToDouble(x -> x).toArray();
        assertThat(ReferenceProfile.of(List.of(profile(other, 16))).toBytes())
                .isEqualTo(ReferenceProfile.of(List.of(profile(values, 16))).toBytes());
    }

    @Property(tries = 300)
    void scores_areFiniteSymmetricAndBounded(
            @ForAll @IntRange(max = 50) int[] first, @ForAll @IntRange(max = 50) int[] second) {
        int size = Math.min(first.length, second.length) + 1;
        long[] a = new long[size];
        long[] b = new long[size];
        a[size - 1] = 1;
        b[size - 1] = 1;
        for (int i = 0; i < size - 1; i++) {
            a[i] = Math.abs((long) first[i]);
            b[i] = Math.abs((long) second[i]);
        }
        CellCounts x = CellCounts.of(a);
        CellCounts y = CellCounts.of(b);
        for (DriftScore score : List.of(
                Psi.overTenths(),
                new KsDistance(),
                new Hellinger(10),
                new TotalVariation(10),
                new JensenShannon(10, JensenShannon.Base.TWO))) {
            double value = score.between(x, y);
            assertThat(value).as(score.name()).isBetween(0.0, score instanceof Psi ? Double.MAX_VALUE : 1 + 1e-12);
            assertThat(score.between(y, x)).as(score.name()).isCloseTo(value, within(1e-12));
        }
    }
}
