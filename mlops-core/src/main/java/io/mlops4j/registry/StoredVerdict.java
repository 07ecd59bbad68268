package io.mlops4j.registry;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import java.util.List;
import java.util.TreeMap;

/** What a gate said, as it is written down. */
record StoredVerdict(String gate, Verdict.Kind verdict, long samplesNeeded, String reason, Evidence evidence) {
    static List<StoredVerdict> of(GateVerdicts said) {
        return said.verdicts().entrySet().stream()
                .map(entry -> new StoredVerdict(
                        entry.getKey(),
                        entry.getValue().kind(),
                        entry.getValue().samplesNeeded(),
                        entry.getValue().reason(),
                        entry.getValue().evidence()))
                .toList();
    }

    static GateVerdicts toVerdicts(List<StoredVerdict> stored) {
        var verdicts = new TreeMap<String, Verdict>();
        stored.forEach(one -> verdicts.put(one.gate, one.toVerdict()));
        return new GateVerdicts(verdicts);
    }

    private Verdict toVerdict() {
        return switch (verdict) {
            case PASS -> new Verdict.Pass(reason, evidence);
            case FAIL -> new Verdict.Fail(reason, evidence);
            case INCONCLUSIVE -> new Verdict.Inconclusive(samplesNeeded, reason, evidence);
        };
    }
}
