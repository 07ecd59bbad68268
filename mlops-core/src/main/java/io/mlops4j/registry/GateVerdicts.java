package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.Labels;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What gates said of a version. The latest verdict of a gate stands.
 *
 * <p>Immutable.
 *
 * @param verdicts by the gate's name, which is not blank and at most 250 characters; at least one; copied, and made fit
 *     to be stored: reasons are cut after {@value #MAX_REASON} characters
 */
public record GateVerdicts(SortedMap<String, Verdict> verdicts) implements Edit {
    /** The longest reason of a verdict that is kept, in characters. */
    public static final int MAX_REASON = 4000;

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if there is no verdict, or a gate's name is blank or too long
     */
    public GateVerdicts {
        var copy = new TreeMap<String, Verdict>();
        verdicts.forEach((gate, verdict) -> copy.put(gateName(gate), fit(requireNonNull(verdict, gate))));
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("Invalid verdicts: expected at least one");
        }
        verdicts = Collections.unmodifiableSortedMap(copy);
    }

    /**
     * One verdict.
     *
     * @param gate the gate's name
     * @param verdict what it said
     * @return the verdict of that gate
     * @throws IllegalArgumentException if the gate's name is blank or too long
     */
    public static GateVerdicts of(String gate, Verdict verdict) {
        return new GateVerdicts(new TreeMap<>(Map.of(gate, verdict)));
    }

    static String gateName(String gate) {
        return Labels.said("gate name", requireNonNull(gate, "gate"), Labels.MAX_KEY);
    }

    private static Verdict fit(Verdict verdict) {
        String reason = Labels.fit(verdict.reason(), MAX_REASON);
        Evidence evidence = fit(verdict.evidence());
        return switch (verdict.kind()) {
            case PASS -> new Verdict.Pass(reason, evidence);
            case FAIL -> new Verdict.Fail(reason, evidence);
            case INCONCLUSIVE -> new Verdict.Inconclusive(verdict.samplesNeeded(), reason, evidence);
        };
    }

    private static Evidence fit(Evidence evidence) {
        var numbers = new TreeMap<String, Double>();
        evidence.numbers().forEach((name, number) -> numbers.put(Labels.fit(name, Evidence.MAX_NAME), number));
        var texts = new TreeMap<String, String>();
        evidence.texts()
                .forEach((name, text) ->
                        texts.put(Labels.fit(name, Evidence.MAX_NAME), Labels.fit(text, Evidence.MAX_TEXT)));
        return new Evidence(numbers, texts);
    }
}
