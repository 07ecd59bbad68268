package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What chance is said to give is what it gives: samples of one distribution, drawn over and over. */
class ChanceTest {
    private static final int REFERENCE = 1461;
    private static final double ALPHA = 0.05;
    private static final int DRAWS = 2000;

    @ParameterizedTest
    @CsvSource({"10, 30", "10, 56", "7, 56", "10, 1000", "40, 400"})
    void chance_isExceededNoMoreThanStated(int cells, int live) {
        var random = new Random(31L * cells + live);
        DriftScore[] scores = {
            new Psi(cells),
            new KsDistance(),
            new JensenShannon(cells, JensenShannon.Base.TWO),
            new Hellinger(cells),
            new TotalVariation(cells)
        };
        int[] exceeded = new int[scores.length];
        for (int draw = 0; draw < DRAWS; draw++) {
            CellCounts reference = sample(random, cells, REFERENCE);
            CellCounts now = sample(random, cells, live);
            for (int i = 0; i < scores.length; i++) {
                boolean above = scores[i].between(reference, now) > scores[i].chance(reference, now, ALPHA);
                exceeded[i] += above ? 1 : 0;
            }
        }
        for (int i = 0; i < scores.length; i++) {
            assertThat(exceeded[i] / (double) DRAWS).as(scores[i].name()).isLessThan(1.3 * ALPHA);
        }
        // And the level is not so wide that it would hide everything: PSI comes near it on large samples.
        if (live == 1000) {
            assertThat(exceeded[0] / (double) DRAWS).isGreaterThan(0.5 * ALPHA);
        }
    }

    private static CellCounts sample(Random random, int cells, int size) {
        long[] counts = new long[cells];
        for (int i = 0; i < size; i++) {
            counts[random.nextInt(cells)]++;
        }
        return CellCounts.of(counts);
    }
}
