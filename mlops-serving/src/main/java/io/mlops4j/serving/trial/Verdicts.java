package io.mlops4j.serving.trial;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.registry.EditRequest;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryCapability;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.Rollouts;
import java.util.Optional;

/**
 * Writes how a rollout was decided beside its candidate in the registry, as the verdict of the gate {@link Rollouts#GATE}. The
 * verdict is the same whichever replica writes it, and what stands is not written again.
 *
 * <p>Thread-safe.
 */
final class Verdicts {
    private final ModelRegistry registry;

    Verdicts(ModelRegistry registry) {
        this.registry = registry;
    }

    /**
     * Records the decision to promote, or else the end: as failed if it was rolled back, as inconclusive if somebody ended it or
     * moved the alias. Nothing of a rollout that has compared nothing, and nothing in a registry that keeps no verdicts.
     */
    void record(TrialState trial, String actor) {
        Optional<Verdict> verdict = verdict(trial);
        if (verdict.isEmpty() || !registry.capabilities().contains(RegistryCapability.POLICIES) || isRecorded(trial)) {
            return;
        }
        registry.edit(new EditRequest(
                trial.candidate(),
                GateVerdicts.of(Rollouts.GATE, verdict.get()),
                "rollout " + trial.id() + " to " + trial.alias(),
                actor));
    }

    private static Optional<Verdict> verdict(TrialState trial) {
        return trial.rollout() instanceof AllAtOnce
                ? Optional.empty()
                : Optional.ofNullable(
                        switch (trial.state()) {
                            case PROMOTING -> new Verdict.Pass(decided(trial), evidence(trial));
                            case ROLLED_BACK -> new Verdict.Fail(end(trial), evidence(trial));
                            case ABORTED -> new Verdict.Inconclusive(1, "aborted: " + end(trial), evidence(trial));
                            case SUPERSEDED ->
                                new Verdict.Inconclusive(1, "superseded: " + end(trial), evidence(trial));
                            // What the registry has refused to promote has passed before.
                            case RUNNING, PAUSED, PROMOTED, REFUSED -> null;
                        });
    }

    private static String decided(TrialState trial) {
        return trial.decision().map(Decision::reason).orElse("");
    }

    private static String end(TrialState trial) {
        return trial.reason().orElse("");
    }

    private static Evidence evidence(TrialState trial) {
        return trial.decision()
                .map(Decision::evidence)
                .orElse(Evidence.none())
                .with("rollout", trial.id())
                .with("alias", trial.alias().toString())
                .with("incumbent", trial.incumbent().toString());
    }

    /** A replica that is late must not set an earlier rollout's verdict over a later one's. */
    private boolean isRecorded(TrialState trial) {
        return registry.record(trial.candidate()).changes().stream()
                .map(change -> change.edit() instanceof GateVerdicts said
                        ? said.verdicts().get(Rollouts.GATE)
                        : null)
                .anyMatch(said -> said != null
                        && trial.id().equals(said.evidence().texts().get("rollout")));
    }
}
