package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.pipeline.PipelineRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the example promises of its twelve years. */
class RidershipWholeWalkTest {
    @TempDir
    Path folder;

    @Test
    void walk_twelveYears_staysAccurateAtTheCostOfAFewRetrains() throws Exception {
        Path home = folder.resolve("home");
        Program.Ended program = Program.run(folder, "--data", Walk.FILE.toString(), "--home", home.toString());
        assertThat(program.err()).isEmpty();
        assertThat(program.exit()).isZero();

        Walk walk = Walk.in(home, Walk.REAL, LocalDate.of(2016, 8, 29));
        LoopReport report = walk.report();
        List<PipelineRun> retrains = LoopReport.retrains(walk.runs());
        double rmse = report.loop().rmse();
        assertThat(rmse).isLessThanOrEqualTo(2.30).isPositive();
        assertThat(retrains).hasSizeBetween(1, 30).allSatisfy(RidershipWholeWalkTest::saysWhy);
        assertThat(report.rivals()).extracting(Errors::name).contains("never retrained", "static ridge");
        assertThat(report.rivals()).allSatisfy(rival -> assertThat(rmse)
                .as("closed loop against %s", rival.name())
                .isLessThanOrEqualTo(rival.rmse()));
        everyDayIsServed(walk);
        assertThat(program.out()).containsSubsequence(report.table().lines().toList());
        isWhole(Files.readString(home.resolve("report.html")), report);
    }

    private static void saysWhy(PipelineRun run) {
        assertThat(run.request().reason()).isNotBlank();
        assertThat(run.request().evidence().numbers()).containsKeys("score", "drift", "new rows");
        assertThat(run.request().evidence().texts().get("signal")).isNotBlank();
    }

    private static void everyDayIsServed(Walk walk) {
        assertThat(walk.served())
                .extracting(Served::date)
                .isEqualTo(LoopSettings.DEFAULT_START
                        .datesUntil(LocalDate.of(2016, 8, 29))
                        .toList());
        assertThat(walk.served()).allMatch(one -> Float.isFinite(one.ridership()));
    }

    private static void isWhole(String page, LoopReport report) {
        assertThat(page).isEqualTo(report.page()).contains("<svg").endsWith("</html>\n");
        report.runs().stream().skip(1).forEach(run -> assertThat(page)
                .contains(run.request().reason().replace("'", "&#39;")));
        report.versions()
                .forEach(version -> assertThat(page).contains(version.digest().shortHex()));
        String withoutNamespaces = page.replaceAll("xmlns(:[a-z]+)?=\"[^\"]*\"", "");
        assertThat(withoutNamespaces).doesNotContain("http:", "https:", "//", "src=", "href=", "url(", "@import");
    }
}
