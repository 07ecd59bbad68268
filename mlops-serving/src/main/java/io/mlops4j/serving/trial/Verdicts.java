package io.mlops4j.serving.trial;

import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.registry.EditRequest;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryCapability;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Decision;
import io.mlops4j.serving.rollout.RolloutState;
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
     * Records the decision to promote or to roll back, if that is what a rollout has come to; nothing of one that has compared
     * nothing, and nothing in a registry that keeps no verdicts.
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
        if (trial.rollout() instanceof AllAtOnce) {
            return Optional.empty();
        }
        return trial.decision().flatMap(decision -> verdict(trial, decision));
    }

    private static Optional<Verdict> verdict(TrialState trial, Decision decision) {
        Evidence evidence = decision.evidence()
                .with("rollout", trial.id())
                .with("alias", trial.alias().toString())
                .with("incumbent", trial.incumbent().toString());
        if (trial.state() == RolloutState.PROMOTING && decision.kind() == Decision.Kind.PROMOTE) {
            return Optional.of(new Verdict.Pass(decision.reason(), evidence));
        }
        return trial.state() == RolloutState.ROLLED_BACK && decision.kind() == Decision.Kind.ROLL_BACK
                ? Optional.of(new Verdict.Fail(decision.reason(), evidence))
                : Optional.empty();
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
