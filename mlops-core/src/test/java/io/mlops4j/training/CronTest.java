package io.mlops4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId CAIRO = ZoneId.of("Africa/Cairo");

    private static List<String> times(Cron cron, String after, int count) {
        List<String> times = new ArrayList<>();
        Instant at = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            at = cron.next(at);
            times.add(at.toString());
        }
        return times;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 2 * * SUN        | 2005-03-01T00:00:00Z | 2005-03-06T02:00:00Z",
                "0 2 * * 7          | 2005-03-01T00:00:00Z | 2005-03-06T02:00:00Z",
                "0 2 * * sun        | 2005-03-06T02:00:00Z | 2005-03-13T02:00:00Z",
                "0 2 * * SUN        | 2005-03-06T01:59:59.999Z | 2005-03-06T02:00:00Z",
                "*/15 * * * *       | 2005-03-06T01:59:59Z | 2005-03-06T02:00:00Z",
                "*/15 * * * *       | 2005-03-06T02:00:00Z | 2005-03-06T02:15:00Z",
                "5/20 9-17 * * MON-FRI | 2005-03-04T17:45:00Z | 2005-03-07T09:05:00Z",
                "0 0 29 2 *         | 2005-01-01T00:00:00Z | 2008-02-29T00:00:00Z",
                "0 0 29 2 *         | 1896-03-01T00:00:00Z | 1904-02-29T00:00:00Z",
                "0 0 31 * *         | 2005-01-31T00:00:00Z | 2005-03-31T00:00:00Z",
                "0 0 1 JAN,JUL *    | 2005-01-01T00:00:00Z | 2005-07-01T00:00:00Z",
                "30 23 31 DEC *     | 2005-12-31T23:30:00Z | 2006-12-31T23:30:00Z",
                "0 0 13 * FRI       | 2005-05-07T00:00:00Z | 2005-05-13T00:00:00Z",
                "0 0 13 * FRI       | 2005-05-13T00:00:00Z | 2005-05-20T00:00:00Z",
                "0 0 */2 * MON      | 2005-05-01T00:00:00Z | 2005-05-09T00:00:00Z",
                "0 0 * * SAT-SUN    | 2005-05-02T00:00:00Z | 2005-05-07T00:00:00Z",
                "0 0 * * 6-7        | 2005-05-07T00:00:00Z | 2005-05-08T00:00:00Z",
                "0 0 * * 1/2        | 2005-05-06T00:00:00Z | 2005-05-09T00:00:00Z"
            })
    void next_knownDates(String expression, String after, String expected) {
        assertThat(Cron.of(expression).next(Instant.parse(after))).isEqualTo(Instant.parse(expected));
    }

    @Test
    void next_skippedTime_happensOnceAtTheChange() {
        // 2005-03-27: at 02:00 CET the clocks go to 03:00 CEST, which is 01:00 UTC.
        assertThat(times(Cron.of("30 2 * * *", BERLIN), "2005-03-25T12:00:00Z", 3))
                .containsExactly("2005-03-26T01:30:00Z", "2005-03-27T01:00:00Z", "2005-03-28T00:30:00Z");
        assertThat(times(Cron.of("15,30 2 * * *", BERLIN), "2005-03-26T12:00:00Z", 2))
                .containsExactly("2005-03-27T01:00:00Z", "2005-03-28T00:15:00Z");
    }

    @Test
    void next_repeatedTime_happensTheFirstTimeOnly() {
        // 2005-10-30: at 03:00 CEST the clocks go back to 02:00 CET, which is 01:00 UTC.
        assertThat(times(Cron.of("30 2 * * *", BERLIN), "2005-10-29T12:00:00Z", 2))
                .containsExactly("2005-10-30T00:30:00Z", "2005-10-31T01:30:00Z");
    }

    @Test
    void next_everyHalfHour_followsElapsedTimeThroughBothChanges() {
        assertThat(times(Cron.of("*/30 * * * *", BERLIN), "2005-10-30T00:00:00Z", 4))
                .containsExactly(
                        "2005-10-30T00:30:00Z", "2005-10-30T01:00:00Z", "2005-10-30T01:30:00Z", "2005-10-30T02:00:00Z");
        assertThat(times(Cron.of("*/30 * * * *", BERLIN), "2005-03-27T00:15:00Z", 3))
                .containsExactly("2005-03-27T00:30:00Z", "2005-03-27T01:00:00Z", "2005-03-27T01:30:00Z");
    }

    @Test
    void next_changeAtMidnight_losesNoDay() {
        // 2025-04-25 in Cairo begins at 01:00, which is 2025-04-24T22:00Z.
        assertThat(times(Cron.of("0 0 * * *", CAIRO), "2025-04-24T12:00:00Z", 2))
                .containsExactly("2025-04-24T22:00:00Z", "2025-04-25T21:00:00Z");
        assertThat(times(Cron.of("0 12 * * *", CAIRO), "2025-04-24T12:00:00Z", 1))
                .containsExactly("2025-04-25T09:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * 32 * *",
                "* * * 13 *",
                "* * * * 8",
                "* * * FOO *",
                "5-1 * * * *",
                "*/0 * * * *",
                "a * * * *",
                ", * * * *",
                "1, * * * *",
                "-1 * * * *",
                "1- * * * *",
                "*/ * * * *",
                "* * 30 2 *",
                "99999999999 * * * *",
                "? * * * *"
            })
    void of_malformed_isRefusedWithTheExpression(String expression) {
        assertThatThrownBy(() -> Cron.of(expression))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Invalid cron expression \"" + expression + "\": ");
    }

    @Test
    void of_outOfRange_namesTheField() {
        assertThatThrownBy(() -> Cron.of("0 25 * * *")).hasMessageContaining("hour \"25\": expected 0 to 23");
    }

    @Test
    void check_asksOnceForSeveralMissedTimes() {
        Cron cron = Cron.of("0 2 * * SUN");
        Instant since = Instant.parse("2005-03-01T00:00:00Z");

        assertThat(cron.check(situation(since, Instant.parse("2005-03-06T01:59:00Z"))))
                .isEmpty();
        Optional<Ask> ask = cron.check(situation(since, Instant.parse("2005-04-01T00:00:00Z")));
        assertThat(ask.orElseThrow().due()).contains(Instant.parse("2005-03-06T02:00:00Z"));
        assertThat(cron.check(situation(Instant.parse("2005-04-01T00:00:00Z"), Instant.parse("2005-04-02T00:00:00Z"))))
                .isEmpty();
    }

    private static Situation situation(Instant since, Instant at) {
        return new Situation(ModelName.of("rides"), at, since, Optional.empty(), 0, since);
    }
}
