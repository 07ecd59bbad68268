package io.mlops4j.serving.trial;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.registry.EditRequest;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryCapability;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutEntry;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes what was decided in a rollout beside its candidate in the registry: each decision on the way as a verdict of the gate
 * {@link Rollouts#COURSE_GATE}, and how it ended as that of {@link Rollouts#GATE}. A verdict is the same whichever replica
 * writes it, and what was written is not written again. Nothing is written of a rollout that compares nothing, and nothing
 * into a registry that keeps no verdicts.
 *
 * <p>Thread-safe.
 */
final class Verdicts {
    private static final String ROLLOUT = "rollout";
    private static final String DECIDED_AT = "decided at";

    private final ModelRegistry registry;
    private final TrialJournal journal;

    Verdicts(ModelRegistry registry, TrialJournal journal) {
        this.registry = registry;
        this.journal = journal;
    }

    /** Records a decision on the way; does nothing if this is one about the end. */
    void tell(TrialState trial, RolloutEntry entry) {
        if (isKept(trial) && isOnTheWay(entry)) {
            write(trial, Rollouts.COURSE_GATE, verdict(trial, entry));
        }
    }

    /**
     * Records the decision to promote, or else the end: as failed if it was rolled back, as inconclusive if somebody ended it or
     * moved the alias. Before that, the decisions on the way that are not there: whoever made one may have died before it told.
     */
    void record(TrialState trial) {
        Optional<Verdict> verdict = verdict(trial);
        if (verdict.isEmpty()
                || !isKept(trial)
                || told(trial, Rollouts.GATE).findAny().isPresent()) {
            return;
        }
        Set<String> known =
                told(trial, Rollouts.COURSE_GATE).map(Verdicts::identity).collect(Collectors.toSet());
        for (RolloutEntry entry : journal.history(trial.id())) {
            if (isOnTheWay(entry) && !known.contains(identity(verdict(trial, entry)))) {
                tell(trial, entry);
            }
        }
        write(trial, Rollouts.GATE, verdict.get());
    }

    private boolean isKept(TrialState trial) {
        return !(trial.rollout() instanceof AllAtOnce)
                && registry.capabilities().contains(RegistryCapability.POLICIES);
    }

    private static boolean isOnTheWay(RolloutEntry entry) {
        return entry.state() == RolloutState.RUNNING || entry.state() == RolloutState.PAUSED;
    }

    private void write(TrialState trial, String gate, Verdict verdict) {
        registry.edit(new EditRequest(
                trial.candidate(),
                GateVerdicts.of(gate, verdict),
                "rollout " + trial.id() + " to " + trial.alias(),
                TrialEvent.ACTOR));
    }

    private static Verdict verdict(TrialState trial, RolloutEntry entry) {
        Optional<Decision> decision = entry.decision();
        Evidence evidence = evidence(trial, decision)
                .with("share", entry.share())
                .with("state", entry.state().name())
                .with("actor", entry.actor())
                .with(DECIDED_AT, entry.at().toString());
        if (decision.isEmpty()) {
            return new Verdict.Inconclusive(1, entry.reason(), evidence);
        }
        Decision.Kind kind = decision.get().kind();
        Evidence told = evidence.with("decision", kind.name());
        return kind == Decision.Kind.PROMOTE
                ? new Verdict.Pass(entry.reason(), told)
                : new Verdict.Inconclusive(1, entry.reason(), told);
    }

    private static Optional<Verdict> verdict(TrialState trial) {
        Evidence evidence = evidence(trial, trial.decision());
        String end = trial.reason().orElse("");
        return Optional.ofNullable(
                switch (trial.state()) {
                    case PROMOTING ->
                        new Verdict.Pass(trial.decision().map(Decision::reason).orElse(""), evidence);
                    case ROLLED_BACK -> new Verdict.Fail(end, evidence);
                    case ABORTED -> new Verdict.Inconclusive(1, "aborted: " + end, evidence);
                    case SUPERSEDED -> new Verdict.Inconclusive(1, "superseded: " + end, evidence);
                    // What the registry has refused to promote has passed before.
                    case RUNNING, PAUSED, PROMOTED, REFUSED -> null;
                });
    }

    private static Evidence evidence(TrialState trial, Optional<Decision> decision) {
        return decision.map(Decision::evidence)
                .orElse(Evidence.none())
                .with(ROLLOUT, trial.id())
                .with("alias", trial.alias().toString())
                .with("incumbent", trial.incumbent().toString());
    }

    private static String identity(Verdict onTheWay) {
        return onTheWay.evidence().texts().get(DECIDED_AT) + " " + onTheWay.reason();
    }

    /** What a gate has said of the rollout: a replica that is late must not set that over what was said of a later one. */
    private Stream<Verdict> told(TrialState trial, String gate) {
        return registry.record(trial.candidate()).changes().stream()
                .map(change -> change.edit() instanceof GateVerdicts said
                        ? said.verdicts().get(gate)
                        : null)
                .filter(Objects::nonNull)
                .filter(said -> trial.id().equals(said.evidence().texts().get(ROLLOUT)));
    }
}
