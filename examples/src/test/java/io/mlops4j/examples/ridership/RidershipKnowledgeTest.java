package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No prediction sees what cannot be known on its morning. */
class RidershipKnowledgeTest {
    private static final LocalDate END = LocalDate.of(2006, 7, 1);
    private static final double GARBAGE = 97;

    @TempDir
    Path folder;

    /** The ridership of a day becomes known a fortnight later; until then, nothing may change. */
    @Test
    void walk_withAllLaterRidershipPoisoned_predictsTheSame() {
        Walk real = Walk.in(folder.resolve("real"), Walk.REAL, END);
        assertThat(real.servedBefore(END)).hasSize(546);

        for (String text : List.of("2005-03-14", "2005-12-20", "2006-01-02", "2006-05-01")) {
            LocalDate poisoned = LocalDate.parse(text);
            LocalDate known = poisoned.plusDays(RideDay.LAG_DAYS);
            Walk other = Walk.in(folder.resolve(text), poisoned(poisoned), END);

            assertThat(other.servedBefore(known))
                    .as("predictions before the ridership of %s is known", poisoned)
                    .isEqualTo(real.servedBefore(known));
            assertThat(judgedBefore(known, other))
                    .as("why and with what result was trained before then")
                    .isEqualTo(judgedBefore(known, real));
            assertThat(other.servedBefore(known.plusDays(RideDay.LAG_DAYS)))
                    .as("the first predictions that see the poison")
                    .isNotEqualTo(real.servedBefore(known.plusDays(RideDay.LAG_DAYS)));
        }
    }

    private static List<String> judgedBefore(LocalDate day, Walk walk) {
        return walk.runs().stream()
                .filter(run ->
                        run.visits().get(0).at().isBefore(day.atStartOfDay().toInstant(ZoneOffset.UTC)))
                .map(run -> run.request() + " gave " + run.candidate())
                .toList();
    }

    @Test
    void rivals_withAllLaterRidershipPoisoned_predictTheSame() {
        var settings =
                new LoopSettings(LoopSettings.DEFAULT_START, LocalDate.of(2005, 7, 1), LoopSettings.DEFAULT_SEED);
        LocalDate day = LocalDate.of(2005, 4, 19);
        RideData other = poisoned(day);
        List<Errors> before = Rivals.of(Walk.REAL, settings, 2);
        List<Errors> after = Rivals.of(other, settings, 2);

        for (int rival = 0; rival < before.size(); rival++) {
            List<Double> expected = predictions(before.get(rival), Walk.REAL, day.plusDays(RideDay.LAG_DAYS));
            List<Double> actual = predictions(after.get(rival), other, day.plusDays(RideDay.LAG_DAYS));
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i)).as(before.get(rival).name()).isCloseTo(expected.get(i), within(1e-9));
            }
        }
    }

    private static List<Double> predictions(Errors errors, RideData data, LocalDate until) {
        List<RideDay> days = data.between(errors.days().get(0), until);
        return IntStream.range(0, days.size())
                .mapToObj(i -> errors.errors().get(i) + days.get(i).ridership())
                .toList();
    }

    /** Every ridership value of a day from {@code first} on is garbage, also where later rows repeat it. */
    private static RideData poisoned(LocalDate first) {
        return new RideData(Walk.REAL.days().stream()
                .map(day -> new RideDay(
                        day.date(),
                        day.date().minusDays(RideDay.LAG_DAYS).isBefore(first)
                                ? day.lagged()
                                : Collections.nCopies(RideDay.STATIONS.size(), (float) GARBAGE),
                        day.weather(),
                        day.date().isBefore(first) ? day.ridership() : GARBAGE))
                .toList());
    }

    @Test
    void known_aDayThatIsNotKnownYet_isRefused() {
        LocalDate today = LocalDate.of(2005, 6, 15);
        var knowledge = new Knowledge(Walk.REAL, new SimulatedClock(today));

        assertThat(knowledge.newest()).isEqualTo("2005-06-01");
        assertThat(knowledge.known(LocalDate.of(2005, 5, 31), LocalDate.of(2005, 6, 1)))
                .extracting(RideDay::date)
                .containsExactly(LocalDate.of(2005, 5, 31), LocalDate.of(2005, 6, 1));
        assertThatThrownBy(() -> knowledge.known(LocalDate.of(2005, 5, 31), LocalDate.of(2005, 6, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("2005-06-02", "2005-06-15", "2005-06-01");
    }
}
