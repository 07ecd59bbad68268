package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedModelException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.Labels;
import io.mlops4j.internal.Text;
import io.mlops4j.signing.SignedManifest;
import io.mlops4j.signing.TrustedKeys;
import java.util.List;

/**
 * One thing that a {@link PromotionPolicy} demands of a version before an alias may be moved to it. It is judged inside
 * the commit of the move, on what is known of the version right before it, and so without I/O.
 *
 * <p>Implementations are immutable.
 */
public sealed interface Requirement {
    /**
     * What is demanded, in a few words.
     *
     * @return such as {@code metric rmse is at most 2.5}
     */
    String expectation();

    /**
     * Judges a version.
     *
     * @param version all that is known of it
     * @return whether it is met, and what was seen
     */
    Finding judge(VersionRecord version);

    /**
     * A metric is not below a bound. A version without it, or with NaN, does not meet this.
     *
     * <p>Immutable.
     *
     * @param metric its name
     * @param bound the least value; not NaN
     */
    record MetricAtLeast(String metric, double bound) implements Requirement {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the name breaks the grammar or the bound is NaN
         */
        public MetricAtLeast {
            requireMetric(metric, bound);
        }

        @Override
        public String expectation() {
            return "metric " + metric + " is at least " + bound;
        }

        @Override
        public Finding judge(VersionRecord version) {
            Double value = version.metrics().get(metric);
            return Finding.of(this, value != null && value >= bound, value == null ? "no such metric" : "" + value);
        }
    }

    /**
     * A metric is not above a bound. A version without it, or with NaN, does not meet this.
     *
     * <p>Immutable.
     *
     * @param metric its name
     * @param bound the greatest value; not NaN
     */
    record MetricAtMost(String metric, double bound) implements Requirement {
        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the name breaks the grammar or the bound is NaN
         */
        public MetricAtMost {
            requireMetric(metric, bound);
        }

        @Override
        public String expectation() {
            return "metric " + metric + " is at most " + bound;
        }

        @Override
        public Finding judge(VersionRecord version) {
            Double value = version.metrics().get(metric);
            return Finding.of(this, value != null && value <= bound, value == null ? "no such metric" : "" + value);
        }
    }

    private static void requireMetric(String metric, double bound) {
        Labels.key("metric name", requireNonNull(metric, "metric"));
        if (Double.isNaN(bound)) {
            throw new IllegalArgumentException("Invalid bound NaN of metric " + metric + ": expected a number");
        }
    }

    /**
     * The last recorded verdict of a gate is a pass. {@link VersionEdit#record} records verdicts, and so does a
     * promotion pipeline.
     *
     * <p>Immutable.
     *
     * @param gate the gate's name
     */
    record GatePassed(String gate) implements Requirement {
        /**
         * Checks the name.
         *
         * @throws IllegalArgumentException if it is blank or too long
         */
        public GatePassed {
            GateVerdicts.gateName(gate);
        }

        @Override
        public String expectation() {
            return "gate " + Text.quote(gate) + " passed";
        }

        @Override
        public Finding judge(VersionRecord version) {
            GateVerdict said = version.verdicts().get(gate);
            if (said == null) {
                return Finding.unmet(this, "no verdict");
            }
            Verdict verdict = said.verdict();
            String why = verdict.reason().isEmpty() ? "" : ": " + Text.quote(verdict.reason());
            return Finding.of(this, verdict.kind() == Verdict.Kind.PASS, verdict.kind() + why);
        }
    }

    /**
     * Enough persons approved in a role, and nobody's rejection in that role stands. A person counts once for a role,
     * whatever the case and spacing of the name; one who speaks in two roles counts in both.
     *
     * <p>Immutable.
     *
     * @param role the role
     * @param count how many, 1 or more
     * @param from whose approvals count
     */
    record Approvals(String role, int count, From from) implements Requirement {
        /** Whose approvals count. */
        public enum From {
            /** Everybody's. */
            ANYONE,
            /** Everybody's but that of who registered the version. If that is not known, nobody's. */
            OTHERS_THAN_REGISTRANT
        }

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the role breaks the grammar or the count is not positive
         */
        public Approvals {
            Labels.key("role", requireNonNull(role, "role"));
            requireNonNull(from, "from");
            if (count < 1) {
                throw new IllegalArgumentException(
                        "Invalid count of approvals " + count + " in role " + role + ": expected 1 or more");
            }
        }

        @Override
        public String expectation() {
            return count + " approved as " + role + (from == From.ANYONE ? "" : ", the registrant not counted");
        }

        @Override
        public Finding judge(VersionRecord version) {
            if (from == From.OTHERS_THAN_REGISTRANT && version.registeredBy().isEmpty()) {
                return Finding.unmet(this, "nobody knows who registered the version");
            }
            List<String> no = actors(version, Vote.Kind.REJECTED);
            if (!no.isEmpty()) {
                return Finding.unmet(this, "rejected by " + no);
            }
            List<String> yes = actors(version, Vote.Kind.APPROVED);
            return Finding.of(this, yes.size() >= count, yes.size() + " approved " + yes);
        }

        private boolean counts(VersionRecord version, String actor) {
            return from == From.ANYONE
                    || version.registeredBy()
                            .filter(registrant -> Approval.samePerson(registrant, actor))
                            .isEmpty();
        }

        private List<String> actors(VersionRecord version, Vote.Kind kind) {
            return version.approvals().stream()
                    .filter(said -> said.role().equals(role) && said.kind() == kind)
                    .filter(said -> kind == Vote.Kind.REJECTED || counts(version, said.actor()))
                    .map(said -> Text.quote(said.actor()))
                    .toList();
        }
    }

    /**
     * One of some keys has signed the version: exactly its files, no more and no fewer, under their names. The keys
     * themselves are part of the policy and stand in the log.
     *
     * <p>Immutable.
     *
     * @param keys whose signatures count
     */
    record SignedBy(TrustedKeys keys) implements Requirement {
        /** Checks that they are there. */
        public SignedBy {
            requireNonNull(keys, "keys");
        }

        @Override
        public String expectation() {
            return "signed by one of " + keys;
        }

        @Override
        public Finding judge(VersionRecord version) {
            try {
                SignedManifest signed = keys.require(
                        version.id().toString(),
                        version.version().digests(),
                        version.signatures().stream().map(Endorsement::bundle).toList());
                return Finding.met(this, "signed by " + signed.key());
            } catch (RejectedModelException e) {
                return Finding.unmet(this, String.valueOf(e.getMessage()));
            }
        }
    }
}
