package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known of a version: the version as it was registered, and what was said of it since.
 *
 * <p>Immutable.
 *
 * @param version as it was registered
 * @param registeredBy who registered it, if that was said
 * @param lifecycle whether it is in use
 * @param description as it reads now
 * @param tags as they are now; copied
 * @param metrics as they are now; copied. Policies and searches look at these
 * @param approvals the approvals and rejections that stand, oldest first; copied
 * @param verdicts the last verdict of each gate, by the gate's name; copied
 * @param changes everything that was changed since it was registered, oldest first; copied
 */
public record VersionRecord(
        ModelVersion version,
        Optional<String> registeredBy,
        Lifecycle lifecycle,
        String description,
        SortedMap<String, String> tags,
        SortedMap<String, Double> metrics,
        List<Approval> approvals,
        SortedMap<String, GateVerdict> verdicts,
        List<VersionChange> changes) {
    /** Copies the collections. */
    public VersionRecord {
        requireNonNull(version, "version");
        requireNonNull(registeredBy, "registeredBy");
        requireNonNull(lifecycle, "lifecycle");
        requireNonNull(description, "description");
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        approvals = List.copyOf(approvals);
        verdicts = Collections.unmodifiableSortedMap(new TreeMap<>(verdicts));
        changes = List.copyOf(changes);
    }

    /**
     * A version that nothing was said of since it was registered.
     *
     * @param version the version
     * @param registeredBy who registered it, if that was said
     * @return an active version
     */
    public static VersionRecord of(ModelVersion version, Optional<String> registeredBy) {
        return new VersionRecord(
                version,
                registeredBy,
                Lifecycle.ACTIVE,
                version.description(),
                version.tags(),
                version.metrics(),
                List.of(),
                new TreeMap<>(),
                List.of());
    }

    /**
     * The version's id.
     *
     * @return model and number
     */
    public VersionId id() {
        return version.id();
    }

    /**
     * The signatures that were attached to the version; no one can take them away again.
     *
     * @return oldest first; not verified
     */
    public List<Endorsement> signatures() {
        return changes.stream()
                .map(VersionChange::edit)
                .filter(Endorsement.class::isInstance)
                .map(Endorsement.class::cast)
                .toList();
    }

    /**
     * The latest change that made the version what its {@link #lifecycle()} says.
     *
     * @return empty if it was always active
     */
    public Optional<VersionChange> lifecycleChange() {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (changes.get(i).edit() instanceof LifecycleChange) {
                return Optional.of(changes.get(i));
            }
        }
        return Optional.empty();
    }

    /**
     * The record after one more change.
     *
     * @param changes what happened to this version, in order
     * @return the record after all of them
     */
    public VersionRecord with(List<VersionChange> changes) {
        var now = new Draft(this);
        changes.forEach(now::apply);
        return now.done();
    }

    /** A record in the making, so that many changes do not copy it many times. */
    private static final class Draft {
        private final VersionRecord before;
        private Lifecycle lifecycle;
        private String description;
        private SortedMap<String, String> tags;
        private SortedMap<String, Double> metrics;
        private final List<Approval> approvals;
        private final SortedMap<String, GateVerdict> verdicts;
        private final List<VersionChange> changes;

        Draft(VersionRecord before) {
            this.before = before;
            lifecycle = before.lifecycle;
            description = before.description;
            tags = before.tags;
            metrics = before.metrics;
            approvals = new ArrayList<>(before.approvals);
            verdicts = new TreeMap<>(before.verdicts);
            changes = new ArrayList<>(before.changes);
        }

        void apply(VersionChange change) {
            changes.add(change);
            if (change.edit() instanceof Annotation annotation) {
                description = annotation.description().orElse(description);
                tags = Annotation.apply(tags, annotation.tags(), annotation.withoutTags());
                metrics = Annotation.apply(metrics, annotation.metrics(), annotation.withoutMetrics());
            } else if (change.edit() instanceof Vote vote) {
                approvals.removeIf(said -> said.isOf(vote.role(), change.actor()));
                if (vote.kind() != Vote.Kind.REVOKED) {
                    approvals.add(
                            new Approval(vote.role(), change.actor(), vote.kind(), change.reason(), change.time()));
                }
            } else if (change.edit() instanceof GateVerdicts said) {
                said.verdicts()
                        .forEach((gate, verdict) ->
                                verdicts.put(gate, new GateVerdict(gate, verdict, change.actor(), change.time())));
            } else if (change.edit() instanceof LifecycleChange stage) {
                lifecycle = stage.to();
            }
        }

        VersionRecord done() {
            return new VersionRecord(
                    before.version,
                    before.registeredBy,
                    lifecycle,
                    description,
                    tags,
                    metrics,
                    approvals,
                    verdicts,
                    changes);
        }
    }
}
