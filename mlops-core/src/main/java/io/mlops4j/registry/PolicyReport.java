package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Alias;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether an alias may be moved to a version, and what stands in the way.
 *
 * <p>Immutable.
 *
 * @param alias the alias
 * @param version the version
 * @param lifecycle whether the version is in use; only {@link Lifecycle#ACTIVE} may be promoted
 * @param findings one for each requirement of the model's policy and then of the alias's own; copied
 */
public record PolicyReport(Alias alias, VersionId version, Lifecycle lifecycle, List<Finding> findings) {
    /** Copies the list. */
    public PolicyReport {
        requireNonNull(alias, "alias");
        requireNonNull(version, "version");
        requireNonNull(lifecycle, "lifecycle");
        findings = List.copyOf(findings);
    }

    /**
     * Whether the alias may be moved to the version.
     *
     * @return true if the version is active and meets every requirement
     */
    public boolean allows() {
        return lifecycle == Lifecycle.ACTIVE && findings.stream().allMatch(Finding::isMet);
    }

    /**
     * The requirements that are not met.
     *
     * @return in the order of the findings
     */
    public List<Finding> unmet() {
        return findings.stream().filter(finding -> !finding.isMet()).toList();
    }

    /** Says in one sentence what stands in the way. */
    @Override
    public String toString() {
        List<String> obstacles = new ArrayList<>();
        if (lifecycle != Lifecycle.ACTIVE) {
            obstacles.add("the version is " + lifecycle + ", expected " + Lifecycle.ACTIVE);
        }
        unmet().forEach(finding -> obstacles.add(finding.toString()));
        return obstacles.isEmpty() ? "nothing stands in the way" : String.join("; ", obstacles);
    }
}
