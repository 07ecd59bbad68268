package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.MlopsException;

/**
 * An alias may not be moved to a version, as the version is not in use or does not meet the policy. Nothing was moved.
 * Trying again helps only after the version shows what is missing: {@link #report()} lists it.
 *
 * <p>Immutable.
 */
public final class PromotionRefusedException extends MlopsException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // exceptions are not serialized here; the message says it all
    private final PolicyReport report;

    /**
     * Refuses.
     *
     * @param report what stands in the way
     */
    public PromotionRefusedException(PolicyReport report) {
        super("Cannot move alias " + report.alias() + " to version " + report.version() + ": " + report, null);
        this.report = requireNonNull(report, "report");
    }

    /**
     * What stands in the way.
     *
     * @return every requirement, met or not, with what was seen
     */
    public PolicyReport report() {
        return report;
    }
}
