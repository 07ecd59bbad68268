package io.mlops4j.serving.trial;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one replica has seen of a rollout so far, or several together.
 *
 * <p>Immutable.
 *
 * @param incumbent what came of requests to the incumbent
 * @param candidate what came of requests to the candidate
 * @param tallies the comparisons that have data
 */
public record Report(Count incumbent, Count candidate, Map<Question, Tally> tallies) {
    static final Report NOTHING = new Report(Count.NONE, Count.NONE, Map.of());

    /** Copies the map. */
    public Report {
        var copy = new EnumMap<Question, Tally>(Question.class);
        copy.putAll(tallies);
        tallies = Collections.unmodifiableMap(copy);
    }

    /**
     * Requests to one version.
     *
     * <p>Immutable.
     *
     * @param answered without a failure
     * @param failed with one
     * @param right outcomes with a loss below one half
     * @param wrong the other outcomes
     */
    record Count(long answered, long failed, long right, long wrong) {
        static final Count NONE = new Count(0, 0, 0, 0);
        static final Count ANSWERED = new Count(1, 0, 0, 0);
        static final Count FAILED = new Count(0, 1, 0, 0);

        long requests() {
            return answered + failed;
        }

        Count and(Count other) {
            return new Count(
                    answered + other.answered, failed + other.failed, right + other.right, wrong + other.wrong);
        }
    }

    /** Everything that anybody learned: requests and outcomes. */
    long size() {
        return incumbent.requests()
                + candidate.requests()
                + incumbent.right()
                + incumbent.wrong()
                + candidate.right()
                + candidate.wrong();
    }

    /** What several replicas have seen, together. */
    static Report together(Collection<Report> reports) {
        Map<Question, List<Tally>> tallies = new EnumMap<>(Question.class);
        Count incumbent = Count.NONE;
        Count candidate = Count.NONE;
        for (Report report : reports) {
            incumbent = incumbent.and(report.incumbent);
            candidate = candidate.and(report.candidate);
            report.tallies.forEach((question, tally) ->
                    tallies.computeIfAbsent(question, q -> new ArrayList<>()).add(tally));
        }
        Map<Question, Tally> sums = new EnumMap<>(Question.class);
        tallies.forEach((question, several) -> sums.put(question, Tally.together(several)));
        return new Report(incumbent, candidate, sums);
    }
}
