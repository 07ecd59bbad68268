package io.mlops4j.serving.trial;

import io.mlops4j.gate.Evidence;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Guardrails;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What all replicas' reports say of a candidate by its guardrails: a plain function of both, so that every replica finds the
 * same.
 *
 * <p>Promotion: an intersection-union test (R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling",
 * Technometrics 24, 1982). Wrong is a promotion when some margin is reached; the test of that margin alone passes with
 * probability at most α, and all must pass. Rollback: wrong when no margin is reached; then each e-value has an
 * expectation of at most 1, and so has their mean, whatever their dependence (V. Vovk, R. Wang, "E-values: calibration,
 * combination and applications", Annals of Statistics 49, 2021).
 *
 * <p>Immutable.
 */
final class Findings {
    private final Guardrails rails;
    private final Map<Question, Double> margins;
    private final Report report;
    private final double threshold;

    Findings(Guardrails rails, Report report) {
        this.rails = rails;
        this.report = report;
        margins = Question.asked(rails);
        threshold = -Math.log(rails.alpha());
    }

    /** The natural logarithm of the e-value against "the candidate is within every margin". */
    double logWorse() {
        List<Double> logs = new ArrayList<>();
        for (Question question : margins.keySet()) {
            Tally tally = report.tallies().get(question);
            logs.add(tally == null ? 0 : tally.logWorse());
        }
        return Bets.logMean(logs);
    }

    Decision decide(Instant at) {
        if (logWorse() >= threshold) {
            return new Decision(Decision.Kind.ROLL_BACK, "the candidate is worse: " + worst().label(), evidence(), at);
        }
        List<String> without = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (Question question : margins.keySet()) {
            Tally tally = report.tallies().get(question);
            if (tally == null || tally.pairs() == 0) {
                without.add(question.label());
            } else if (tally.logNoWorse() < threshold) {
                open.add(question.label());
            }
        }
        if (!without.isEmpty()) {
            return new Decision(Decision.Kind.NO_DATA, "no data on " + String.join(", ", without), evidence(), at);
        }
        return open.isEmpty()
                ? new Decision(Decision.Kind.PROMOTE, "the candidate is no worse", evidence(), at)
                : new Decision(Decision.Kind.HOLD, "still open: " + String.join(", ", open), evidence(), at);
    }

    private Question worst() {
        Question worst = margins.keySet().iterator().next();
        double most = Double.NEGATIVE_INFINITY;
        for (Question question : margins.keySet()) {
            Tally tally = report.tallies().get(question);
            if (tally != null && tally.logWorse() > most) {
                most = tally.logWorse();
                worst = question;
            }
        }
        return worst;
    }

    private Evidence evidence() {
        Evidence evidence = Evidence.none()
                .with("alpha", rails.alpha())
                .with("threshold", threshold)
                .with("log e worse", logWorse())
                .with("incumbent requests", (double) report.incumbent().requests())
                .with("incumbent failures", (double) report.incumbent().failed())
                .with("candidate requests", (double) report.candidate().requests())
                .with("candidate failures", (double) report.candidate().failed());
        for (Map.Entry<Question, Double> asked : margins.entrySet()) {
            evidence = add(evidence, asked.getKey(), asked.getValue());
        }
        return evidence;
    }

    private Evidence add(Evidence evidence, Question question, double margin) {
        String name = question.label();
        Evidence more = evidence.with(name + " margin", margin);
        Tally tally = report.tallies().get(question);
        return tally == null
                ? more.with(name + " pairs", 0)
                : more.with(name + " pairs", (double) tally.pairs())
                        .with(name + " mean difference", tally.meanDifference())
                        .with(name + " log e no worse", tally.logNoWorse())
                        .with(name + " log e worse", tally.logWorse());
    }
}
