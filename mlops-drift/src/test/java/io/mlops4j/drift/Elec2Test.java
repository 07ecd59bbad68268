package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.model.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Elec2: half hours of the New South Wales electricity market. Until the Victorian market opens (row 17,424), its
 * price and demand and the transfer stand still. The data has no licence, so it is read where it lies and never part of
 * the project; without it the test is skipped.
 */
class Elec2Test {
    private static final List<String> WATCHED = List.of("vicprice", "vicdemand", "transfer");
    private static final int[] COLUMNS = {3, 4, 5};
    private static final int WEEK = 336;
    private static final int REFERENCE = 26 * WEEK;

    @Test
    void monitor_untilTheVictorianMarketOpens_isSilentThenFires() throws IOException {
        Optional<Path> file = Resources.shared("elec2.csv");
        assumeTrue(file.isPresent(), "Skipped: no elec2.csv in a folder shared/data beside the project");
        float[][] rows = rows(file.orElseThrow());
        ReferenceProfile profile = ReferenceProfile.of(WATCHED, Arrays.copyOf(rows, REFERENCE));
        DriftMonitor monitor =
                DriftMonitor.against(profile).window(Window.tumbling(WEEK)).watch(ModelName.of("elec2"));
        int opening = opening(rows);
        assertThat(opening).isEqualTo(17_424);
        int firstAlarm = -1;
        for (int i = REFERENCE; i < opening + 3 * WEEK; i++) {
            monitor.record(rows[i]);
            boolean blockEnds = (i + 1 - REFERENCE) % WEEK == 0;
            if (blockEnds && i < opening) {
                assertThat(monitor.report().worst()).as("row %s", i).isZero();
                assertThat(monitor.signal().alarm()).as("row %s", i).isFalse();
            } else if (blockEnds && firstAlarm < 0 && monitor.signal().alarm()) {
                firstAlarm = i;
            }
        }
        assertThat(firstAlarm).isBetween(opening, opening + 2 * WEEK);
        // By now a full week of the new market is judged, and hardly a value is where it stood.
        assertThat(monitor.report().features())
                .allSatisfy(drift ->
                        assertThat(drift.strongest().orElseThrow().score()).isEqualTo("psi"))
                .allSatisfy(
                        drift -> assertThat(drift.measurements().get(0).value()).isGreaterThan(4));
    }

    private static float[][] rows(Path file) throws IOException {
        try (var lines = Files.lines(file)) {
            return lines.skip(1).map(Elec2Test::row).toArray(float[][]::new);
        }
    }

    private static float[] row(String line) {
        List<String> cells = List.of(line.split(",", -1));
        float[] row = new float[COLUMNS.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = Float.parseFloat(cells.get(COLUMNS[i]));
        }
        return row;
    }

    private static int opening(float[][] rows) {
        int i = 0;
        while (Arrays.equals(rows[i], rows[0])) {
            i++;
        }
        return i;
    }
}
