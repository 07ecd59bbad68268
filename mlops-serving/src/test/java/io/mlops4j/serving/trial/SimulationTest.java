package io.mlops4j.serving.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.serving.rollout.Decision.Kind;
import io.mlops4j.serving.rollout.Guardrails;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Rollouts from the first request to the verdict, with a look after every observation, against candidates of which the truth is
 * known. Prints how they ended.
 *
 * <p>What is wrong is what the guardrails promise to avoid: promoting a candidate that is worse by the margin or more, and
 * rolling back one that is within it. Of a candidate that is exactly as bad as the margin both are wrong, which makes it the
 * hardest; so is, with a margin of zero, one that makes no difference.
 */
final class SimulationTest {
    private static final long SEED = Long.getLong("seed", 20261121);
    private static final int RUNS = Boolean.getBoolean("campaign") ? 10_000 : 500;
    private static final double ALPHA = 0.05;
    private static final double THRESHOLD = -Math.log(ALPHA);
    private static final Guardrails NONE = Guardrails.none().alpha(ALPHA);

    /** How wrong the incumbent is on average. */
    private static final double BASE = 0.1;

    /** A loss as a function of the arm and of where the request stands among all, 0 to 1. */
    private interface Loss {
        double of(Arm arm, double u);

        /** Right or wrong; the candidate is wrong more often by so much. */
        static Loss wrongMoreOften(double by) {
            return (arm, u) -> u < (arm == Arm.CANDIDATE ? BASE + by : BASE) ? 1 : 0;
        }

        /** A log-logistic time, of which one in a hundred is beyond twice the median. */
        static Loss slowerBy(double factor) {
            return (arm, u) -> {
                double time = 1e6 * Math.exp(0.15 * Math.log(u / (1 - u)));
                return Question.latencyLoss(arm == Arm.CANDIDATE ? time * (1 + factor) : time, 1e6);
            };
        }
    }

    /** How requests reach the two arms. */
    private enum Way {
        AB {
            @Override
            double share(int request) {
                return 0.5;
            }
        },
        CANARY {
            @Override
            double share(int request) {
                return request < 2_000 ? 0.05 : request < 6_000 ? 0.2 : 0.5;
            }
        },
        /** Asks both. */
        SHADOW {
            @Override
            double share(int request) {
                return 1;
            }
        };

        abstract double share(int request);
    }

    private record Track(Question question, Loss loss, Comparison comparison, TwoArms arms) {
        void ask(Way way, int request, SplittableRandom random) {
            double u = random.nextDouble();
            if (way != Way.SHADOW) {
                Arm arm = random.nextDouble() < way.share(request) ? Arm.CANDIDATE : Arm.INCUMBENT;
                arms.add(arm, loss.of(arm, u));
                return;
            }
            // Half of the requests are as hard for the one as for the other.
            double v = random.nextBoolean() ? u : random.nextDouble();
            comparison.add(loss.of(Arm.INCUMBENT, u) - loss.of(Arm.CANDIDATE, v));
        }
    }

    private record Scenario(
            String candidate, Way way, int requests, Guardrails rails, Map<Question, Loss> losses, List<Kind> wrong) {
        List<Track> tracks() {
            List<Track> tracks = new ArrayList<>();
            Question.asked(rails).forEach((question, margin) -> {
                Loss loss = losses.get(question);
                if (loss != null) {
                    var comparison = new Comparison(margin);
                    tracks.add(new Track(question, loss, comparison, new TwoArms(comparison)));
                }
            });
            assertThat(tracks).hasSameSizeAs(losses.keySet());
            return tracks;
        }

        /** One rollout; what it says at its end is what a replica finds that reads the same in the journal. */
        Ended run(SplittableRandom random) {
            List<Track> tracks = tracks();
            Kind verdict = Kind.HOLD;
            int request = 0;
            while (verdict == Kind.HOLD && request < requests) {
                boolean news = false;
                for (Track track : tracks) {
                    long before = track.comparison.pairs();
                    track.ask(way, request, random);
                    news |= track.comparison.pairs() > before;
                }
                request++;
                // Looking again at what has not changed would change nothing.
                verdict = news ? look(tracks) : verdict;
            }
            assertThat(findings(tracks)).as(candidate).isEqualTo(verdict);
            return new Ended(verdict, request);
        }

        private static Kind look(List<Track> tracks) {
            double worse = 0;
            boolean open = false;
            for (Track track : tracks) {
                worse += Math.exp(track.comparison.logWorse());
                open |= track.comparison.logNoWorse() < THRESHOLD;
            }
            if (worse / tracks.size() >= 1 / ALPHA) {
                return Kind.ROLL_BACK;
            }
            return open ? Kind.HOLD : Kind.PROMOTE;
        }

        private Kind findings(List<Track> tracks) {
            var tallies = new EnumMap<Question, Tally>(Question.class);
            tracks.forEach(track -> tallies.put(track.question, track.comparison.tally()));
            var report = new Report(Report.Count.NONE, Report.Count.NONE, tallies);
            return new Findings(rails, report).decide(Instant.EPOCH).kind();
        }
    }

    private record Ended(Kind verdict, int requests) {}

    private record Result(Scenario scenario, Map<Kind, Integer> counts, double medianRequests) {
        double rate(Kind kind) {
            return counts.getOrDefault(kind, 0) / (double) RUNS;
        }

        double wrong() {
            return scenario.wrong.stream().mapToDouble(this::rate).max().orElse(0);
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "%-36s %-6s %6d %9.2f%% %11.2f%% %6.2f%% %9.0f   %s",
                    scenario.candidate,
                    scenario.way,
                    RUNS,
                    100 * rate(Kind.PROMOTE),
                    100 * rate(Kind.ROLL_BACK),
                    100 * rate(Kind.HOLD),
                    medianRequests,
                    scenario.wrong);
        }
    }

    private static final Guardrails TWO_POINTS = NONE.outcomes(0.02);
    private static final List<Kind> WORSE = List.of(Kind.PROMOTE);
    private static final List<Kind> NO_WORSE = List.of(Kind.ROLL_BACK);
    private static final List<Kind> NEITHER = List.of(Kind.PROMOTE, Kind.ROLL_BACK);

    private static Scenario outcomes(
            String candidate, double by, Way way, int requests, Guardrails rails, List<Kind> wrong) {
        return new Scenario(candidate, way, requests, rails, Map.of(Question.OUTCOMES, Loss.wrongMoreOften(by)), wrong);
    }

    private static List<Scenario> mayNotGoWrong() {
        return List.of(
                outcomes("no difference, margin 0", 0, Way.AB, 10_000, NONE.outcomes(0), NEITHER),
                outcomes("no difference, margin 0", 0, Way.SHADOW, 5_000, NONE.outcomes(0), NEITHER),
                outcomes("no difference, margin 2 points", 0, Way.AB, 10_000, TWO_POINTS, NO_WORSE),
                outcomes("no difference, margin 2 points", 0, Way.CANARY, 10_000, TWO_POINTS, NO_WORSE),
                outcomes("worse by the margin of 2 points", 0.02, Way.AB, 10_000, TWO_POINTS, NEITHER),
                outcomes("worse by the margin of 2 points", 0.02, Way.CANARY, 10_000, TWO_POINTS, NEITHER),
                outcomes("worse by the margin of 2 points", 0.02, Way.SHADOW, 5_000, TWO_POINTS, NEITHER),
                new Scenario(
                        "no more errors, worse by the margin",
                        Way.AB,
                        10_000,
                        TWO_POINTS.errors(0.05),
                        Map.of(Question.OUTCOMES, Loss.wrongMoreOften(0.02), Question.ERRORS, Loss.wrongMoreOften(0)),
                        NEITHER),
                new Scenario(
                        "slower by the margin of 1%",
                        Way.AB, 10_000, NONE.latency(0.01), Map.of(Question.LATENCY, Loss.slowerBy(0.01)), NEITHER));
    }

    private static List<Scenario> mustBeRolledBack() {
        return List.of(
                outcomes("worse by 5 points, margin 0", 0.05, Way.AB, 40_000, NONE.outcomes(0), WORSE),
                outcomes("worse by 5 points, margin 1 point", 0.05, Way.AB, 40_000, NONE.outcomes(0.01), WORSE),
                outcomes("worse by 5 points, margin 1 point", 0.05, Way.CANARY, 40_000, NONE.outcomes(0.01), WORSE),
                outcomes("worse by 5 points, margin 2 points", 0.05, Way.SHADOW, 40_000, TWO_POINTS, WORSE),
                new Scenario(
                        "slower by 5%, margin 1%",
                        Way.AB, 40_000, NONE.latency(0.01), Map.of(Question.LATENCY, Loss.slowerBy(0.05)), WORSE));
    }

    private static Result simulate(Scenario scenario, SplittableRandom random) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        int[] requests = new int[RUNS];
        for (int run = 0; run < RUNS; run++) {
            Ended ended = scenario.run(random.split());
            counts.merge(ended.verdict, 1, Integer::sum);
            requests[run] = ended.requests;
        }
        Arrays.sort(requests);
        return new Result(scenario, counts, requests[RUNS / 2]);
    }

    @Test
    void rollouts_lookedAtAfterEveryObservation_areWrongAtMostAsOftenAsPromised() {
        var random = new SplittableRandom(SEED);
        List<Result> fair = mayNotGoWrong().stream()
                .map(scenario -> simulate(scenario, random.split()))
                .toList();
        List<Result> worse = mustBeRolledBack().stream()
                .map(scenario -> simulate(scenario, random.split()))
                .toList();
        print(fair, worse);
        assertThat(fair).as("seed %d", SEED).allSatisfy(result -> assertThat(result.wrong())
                .as(result.line())
                .isLessThanOrEqualTo(ALPHA));
        assertThat(worse).as("seed %d", SEED).allSatisfy(result -> {
            assertThat(result.wrong()).as(result.line()).isLessThanOrEqualTo(ALPHA);
            assertThat(result.rate(Kind.ROLL_BACK)).as(result.line()).isGreaterThanOrEqualTo(0.95);
        });
    }

    private static void print(List<Result> fair, List<Result> worse) {
        var table = new StringBuilder(String.format(
                Locale.ROOT,
                "Rollouts with a look after every observation, alpha %.2f, seed %d%n%-36s %-6s %6s %10s %12s %7s %9s   %s%n",
                ALPHA,
                SEED,
                "candidate",
                "way",
                "runs",
                "promoted",
                "rolled back",
                "held",
                "median n",
                "wrong would be"));
        fair.forEach(result -> table.append(result.line()).append(System.lineSeparator()));
        worse.forEach(result -> table.append(result.line()).append(System.lineSeparator()));
        System.out.print(table);
    }
}
