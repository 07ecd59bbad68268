package io.mlops4j.serving.trial;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import io.mlops4j.serving.rollout.Signals;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is asked first is judged first, whatever is answered first. */
final class OrderOfAskingTest {
    private static final long SEED = Long.getLong("seed", 20261121);
    private static final int RUNS = Boolean.getBoolean("campaign") ? 5_000 : 300;
    private static final Guardrails RAILS = Guardrails.none().errors(0.05);
    private static final Answer ANSWERED = Answer.of(1000, Map.of());
    private static final Answer FAILED = Answer.failed();

    private final AtomicLong time = new AtomicLong();
    private final Recorder recorder = recorder(RAILS);

    private Recorder recorder(Guardrails rails) {
        return new Recorder(rails, Signals.none(), time::get);
    }

    private static Decision.Kind verdict(Recorder seen) {
        return new Findings(RAILS, seen.report()).decide(Instant.EPOCH).kind();
    }

    private void fiveMinutesLater() {
        time.addAndGet(Line.PATIENCE.toNanos() + 1);
    }

    private void almostFiveMinutesLater() {
        time.addAndGet(Line.PATIENCE.toNanos() - 1);
    }

    @Test
    void failuresThatTakeLong_holdTheVerdictBackUntilTheyAreKnown() {
        var random = new SplittableRandom(SEED);
        var asTheyEnd = new TwoArms(new Comparison(0.05));
        List<Place> failing = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            Arm arm = random.nextBoolean() ? Arm.CANDIDATE : Arm.INCUMBENT;
            Place place = recorder.ask(arm);
            if (arm == Arm.CANDIDATE && random.nextInt(4) == 0) {
                failing.add(place);
            } else {
                place.ended(ANSWERED);
                asTheyEnd.add(arm, 0);
            }
            assertThat(verdict(recorder)).as("seed %d", SEED).isIn(Decision.Kind.NO_DATA, Decision.Kind.HOLD);
        }
        assertThat(asTheyEnd.comparison().logNoWorse()).isGreaterThan(-Math.log(0.05));
        assertThat(recorder.report().size()).isLessThan(2000 - failing.size());
        failing.forEach(place -> place.ended(FAILED));
        assertThat(recorder.report().size()).isEqualTo(2000);
        assertThat(verdict(recorder)).isEqualTo(Decision.Kind.ROLL_BACK);
    }

    /** The candidate fails more often by exactly the margin; it may be promoted once in twenty times. */
    @Test
    void candidateAtTheMarginWithSlowFailures_isPromotedAtMostAsOftenAsPromised() {
        var random = new SplittableRandom(SEED);
        int promoted = 0;
        int promotedAsTheyEnd = 0;
        for (int run = 0; run < RUNS; run++) {
            long seed = random.nextLong();
            promoted += isPromoted(true, new SplittableRandom(seed)) ? 1 : 0;
            promotedAsTheyEnd += isPromoted(false, new SplittableRandom(seed)) ? 1 : 0;
        }
        System.out.printf(
                "Slow failures at the margin, %d runs: promoted %d in the order of asking, %d in that of ending%n",
                RUNS, promoted, promotedAsTheyEnd);
        assertThat(promoted).as("seed %d", SEED).isLessThanOrEqualTo(RUNS / 20);
        assertThat(promotedAsTheyEnd).as("seed %d", SEED).isGreaterThan(RUNS / 5);
    }

    /** One in ten fails, and three in twenty of the candidate's; a failure is known 300 requests later. */
    private boolean isPromoted(boolean inOrder, SplittableRandom random) {
        Recorder seen = recorder(RAILS);
        Deque<Runnable> later = new ArrayDeque<>();
        for (int i = 0; i < 3000; i++) {
            Arm arm = random.nextBoolean() ? Arm.CANDIDATE : Arm.INCUMBENT;
            boolean fails = random.nextDouble() < (arm == Arm.CANDIDATE ? 0.15 : 0.10);
            later.add(fails && arm == Arm.CANDIDATE ? end(seen, arm, inOrder) : () -> {});
            if (!fails || arm == Arm.INCUMBENT) {
                seen.ask(arm).ended(fails ? FAILED : ANSWERED);
            }
            if (later.size() > 300) {
                later.remove().run();
            }
            if (i % 10 == 0 && verdict(seen) == Decision.Kind.PROMOTE) {
                return true;
            }
        }
        return false;
    }

    /** A place that is taken late is as good as none: this is what it was to be told only of what ends. */
    private static Runnable end(Recorder seen, Arm arm, boolean inOrder) {
        if (inOrder) {
            Place place = seen.ask(arm);
            return () -> place.ended(FAILED);
        }
        return () -> seen.ask(arm).ended(FAILED);
    }

    @Test
    void requestThatIsOutForTooLong_isAFailureAndHoldsNobodyBack() {
        Place hanging = recorder.ask(Arm.CANDIDATE);
        recorder.ask(Arm.INCUMBENT).ended(ANSWERED);
        recorder.ask(Arm.CANDIDATE).ended(ANSWERED);
        assertThat(recorder.report().size()).isZero();
        fiveMinutesLater();
        assertThat(recorder.report().candidate()).isEqualTo(new Report.Count(1, 1, 0, 0));
        assertThat(recorder.report().incumbent()).isEqualTo(Report.Count.ANSWERED);
        hanging.ended(ANSWERED);
        assertThat(recorder.report().candidate()).isEqualTo(new Report.Count(1, 1, 0, 0));
    }

    @Test
    void timeUntilTheVersionIsThere_isNotItsTime() {
        Place late = recorder.ask(Arm.INCUMBENT).waiting();
        recorder.ask(Arm.CANDIDATE).ended(ANSWERED);
        almostFiveMinutesLater();
        late.begun();
        almostFiveMinutesLater();
        assertThat(recorder.report().size()).isZero();
        late.ended(ANSWERED);
        assertThat(recorder.report().incumbent()).isEqualTo(Report.Count.ANSWERED);
        assertThat(recorder.report().candidate()).isEqualTo(Report.Count.ANSWERED);
    }

    @Test
    void versionThatIsThereTooLate_isPassedOverAndHoldsNobodyBack() {
        Place late = recorder.ask(Arm.INCUMBENT).waiting();
        recorder.ask(Arm.CANDIDATE).ended(ANSWERED);
        fiveMinutesLater();
        assertThat(recorder.report().candidate()).isEqualTo(Report.Count.ANSWERED);
        late.begun();
        late.ended(ANSWERED);
        assertThat(recorder.report().incumbent()).isEqualTo(Report.Count.NONE);
    }

    @Test
    void candidateThatHangs_isTheSlowest() {
        Recorder times = recorder(Guardrails.none().latency(0.1));
        for (int i = 0; i < 20; i++) {
            times.ask(Arm.INCUMBENT).ended(ANSWERED);
        }
        times.ask(Arm.CANDIDATE);
        times.ask(Arm.INCUMBENT).ended(ANSWERED);
        fiveMinutesLater();
        Tally tally = requireNonNull(times.report().tallies().get(Question.LATENCY));
        assertThat(tally.pairs()).isEqualTo(1);
        assertThat(tally.sum()).isCloseTo(-0.5, within(1e-9));
    }

    @Test
    void longLine_takesNobodyMoreAndSettlesAllWhenTheFirstHasEnded() {
        Place first = recorder.ask(Arm.CANDIDATE);
        for (int i = 1; i < Line.LENGTH; i++) {
            recorder.ask(Arm.INCUMBENT).ended(ANSWERED);
        }
        assertThat(recorder.ask(Arm.CANDIDATE)).isSameAs(Place.NONE);
        first.ended(FAILED);
        assertThat(recorder.report().size()).isEqualTo(Line.LENGTH);
        assertThat(recorder.ask(Arm.CANDIDATE)).isNotSameAs(Place.NONE);
    }

    @Test
    void fullLineBehindARequestThatHangs_isFreeAgainInTime() {
        recorder.ask(Arm.CANDIDATE);
        for (int i = 1; i < Line.LENGTH; i++) {
            recorder.ask(Arm.INCUMBENT).ended(ANSWERED);
        }
        fiveMinutesLater();
        recorder.ask(Arm.CANDIDATE).ended(ANSWERED);
        assertThat(recorder.report().size()).isEqualTo(Line.LENGTH + 1);
    }

    @Test
    void whatIsToldFirstOfAPlace_counts() {
        Place left = recorder.ask(Arm.CANDIDATE);
        left.leave();
        left.ended(FAILED);
        Place answered = recorder.ask(Arm.CANDIDATE);
        answered.ended(ANSWERED);
        answered.ended(FAILED);
        answered.leave();
        Place.NONE.ended(FAILED);
        recorder.ask(Arm.INCUMBENT).ended(FAILED);
        assertThat(recorder.report().candidate()).isEqualTo(Report.Count.ANSWERED);
        assertThat(recorder.report().incumbent()).isEqualTo(Report.Count.FAILED);
    }
}
