package io.mlops4j.registry;

import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.registry.Requirement.Approvals;
import io.mlops4j.registry.Requirement.GatePassed;
import io.mlops4j.registry.Requirement.MetricAtLeast;
import io.mlops4j.registry.Requirement.MetricAtMost;
import io.mlops4j.registry.Requirement.SignedBy;
import io.mlops4j.signing.TrustedKeys;
import io.mlops4j.signing.VerificationKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A {@link Requirement} as it is written down: its kind, and the fields that this kind has. A kind that this version
 * does not know stops it, as it could not judge a promotion.
 */
record StoredRequirement(
        Kind kind,
        Optional<String> metric,
        Optional<Double> bound,
        Optional<String> gate,
        Optional<String> role,
        Optional<Integer> count,
        Optional<Approvals.From> from,
        Optional<SortedMap<String, String>> keys) {
    /** The names are a format. */
    enum Kind {
        METRIC_AT_LEAST,
        METRIC_AT_MOST,
        GATE_PASSED,
        APPROVALS,
        SIGNED_BY
    }

    static StoredRequirement of(Requirement requirement) {
        if (requirement instanceof MetricAtLeast least) {
            return metric(Kind.METRIC_AT_LEAST, least.metric(), least.bound());
        }
        if (requirement instanceof MetricAtMost most) {
            return metric(Kind.METRIC_AT_MOST, most.metric(), most.bound());
        }
        if (requirement instanceof SignedBy signed) {
            return new StoredRequirement(
                    Kind.SIGNED_BY,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(pems(signed.keys())));
        }
        if (requirement instanceof GatePassed gate) {
            return new StoredRequirement(
                    Kind.GATE_PASSED,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(gate.gate()),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
        var approvals = (Approvals) requirement;
        return new StoredRequirement(
                Kind.APPROVALS,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(approvals.role()),
                Optional.of(approvals.count()),
                Optional.of(approvals.from()),
                Optional.empty());
    }

    private static StoredRequirement metric(Kind kind, String metric, double bound) {
        return new StoredRequirement(
                kind,
                Optional.of(metric),
                Optional.of(bound),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    Requirement toRequirement() {
        return switch (kind) {
            case METRIC_AT_LEAST -> new MetricAtLeast(there("metric", metric), there("bound", bound));
            case METRIC_AT_MOST -> new MetricAtMost(there("metric", metric), there("bound", bound));
            case GATE_PASSED -> new GatePassed(there("gate", gate));
            case SIGNED_BY -> new SignedBy(trusted(there("keys", keys)));
            case APPROVALS -> new Approvals(there("role", role), there("count", count), there("from", from));
        };
    }

    /** The keys themselves by their ids, so that the log alone tells what was demanded. */
    private static SortedMap<String, String> pems(TrustedKeys keys) {
        var pems = new TreeMap<String, String>();
        keys.keys().forEach(key -> pems.put(key.id().toString(), key.pem()));
        return pems;
    }

    private static TrustedKeys trusted(SortedMap<String, String> pems) {
        List<VerificationKey> keys = new ArrayList<>();
        pems.forEach((id, pem) -> {
            VerificationKey key = read(id, pem);
            if (!key.id().toString().equals(id)) {
                throw new IllegalArgumentException("A requirement names key " + Text.quote(id) + ", and holds " + key);
            }
            keys.add(key);
        });
        return TrustedKeys.of(keys);
    }

    private static VerificationKey read(String id, String pem) {
        try {
            return VerificationKey.parse(pem);
        } catch (RejectedInputException e) {
            throw new IllegalArgumentException("A requirement names key " + Text.quote(id) + ", which is malformed", e);
        }
    }

    private <T> T there(String what, Optional<T> part) {
        return part.orElseThrow(() -> new IllegalArgumentException("A requirement " + kind + " lacks its " + what));
    }
}
