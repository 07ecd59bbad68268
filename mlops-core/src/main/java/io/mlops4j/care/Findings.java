package io.mlops4j.care;

import io.mlops4j.store.Key;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects findings, of which only so many are kept, so that a store that is broken all over does not fill the memory.
 *
 * <p>Confined to one thread.
 */
final class Findings {
    private final Map<Key, Finding> byKey = new LinkedHashMap<>();
    private final Map<Finding.Kind, Long> counts = new EnumMap<>(Finding.Kind.class);
    private long omitted;

    void add(Finding finding) {
        if (byKey.containsKey(finding.key())) {
            return;
        }
        counts.merge(finding.kind(), 1L, Long::sum);
        if (byKey.size() < VerifyReport.MAX_FINDINGS) {
            byKey.put(finding.key(), finding);
        } else {
            omitted++;
        }
    }

    /** Notes who refers to an object about which there is a finding. */
    void refer(Key key, String referrer) {
        byKey.computeIfPresent(key, (same, finding) -> {
            if (finding.referrers().contains(referrer) || finding.referrers().size() == Finding.MAX_REFERRERS) {
                return finding;
            }
            List<String> referrers = new ArrayList<>(finding.referrers());
            referrers.add(referrer);
            return new Finding(finding.kind(), key, finding.expected(), finding.found(), referrers);
        });
    }

    boolean has(Key key) {
        return byKey.containsKey(key);
    }

    List<Finding> list() {
        return List.copyOf(byKey.values());
    }

    Map<Finding.Kind, Long> counts() {
        return counts;
    }

    long omitted() {
        return omitted;
    }
}
