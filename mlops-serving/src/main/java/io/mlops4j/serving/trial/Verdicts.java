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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes what was decided in a rollout beside its candidate in the registry: how it ended as the verdict of the gates
 * {@link Rollouts#GATE} and {@link Rollouts#COURSE_GATE}, each decision on the way as one of the latter. Nothing is written of a
 * rollout that compares nothing, and nothing into a registry that keeps no verdicts.
 *
 * <p>Thread-safe.
 */
public final class Verdicts {
    private static final String ROLLOUT = "rollout";
    private static final String STATE = "state";

    /** The states at whose recording nothing more is said of the way. */
    private static final Set<String> DECIDED = Stream.of(RolloutState.values())
            .filter(state -> state.isFinal() || state == RolloutState.PROMOTING)
            .map(RolloutState::name)
            .collect(Collectors.toUnmodifiableSet());

    private final ModelRegistry registry;

    /** Writes into a registry. */
    public Verdicts(ModelRegistry registry) {
        this.registry = registry;
    }

    /** Whether a history has it before the end. */
    static boolean isOnTheWay(RolloutEntry entry) {
        return entry.state() == RolloutState.RUNNING || entry.state() == RolloutState.PAUSED;
    }

    /** Records a decision on the way; does nothing if the end is recorded already, as that shall stand. */
    void tell(TrialState trial, RolloutEntry entry) {
        if (!isKept(trial) || told(trial).stream().anyMatch(DECIDED::contains)) {
            return;
        }
        Evidence evidence = evidence(trial, entry.decision())
                .with(STATE, entry.state().name())
                .with("share", entry.share())
                .with("actor", entry.actor())
                .with("decided at", entry.at().toString());
        Evidence more = entry.decision()
                .map(decision -> evidence.with("decision", decision.kind().name()))
                .orElse(evidence);
        write(trial, Map.of(Rollouts.COURSE_GATE, new Verdict.Inconclusive(1, entry.reason(), more)));
    }

    /**
     * Records the decision to promote, or else the end: as failed if it was rolled back, as inconclusive if somebody ended it or
     * moved the alias. What was written is not written again, whichever replica did: a verdict is the same on all of them.
     */
    public void record(TrialState trial) {
        Map<String, Verdict> end = end(trial);
        if (!end.isEmpty()
                && isKept(trial)
                && !told(trial).contains(trial.state().name())) {
            write(trial, end);
        }
    }

    private boolean isKept(TrialState trial) {
        return !(trial.rollout() instanceof AllAtOnce)
                && registry.capabilities().contains(RegistryCapability.POLICIES);
    }

    private void write(TrialState trial, Map<String, Verdict> verdicts) {
        registry.edit(new EditRequest(
                trial.candidate(),
                new GateVerdicts(new TreeMap<>(verdicts)),
                "rollout " + trial.id() + " to " + trial.alias(),
                TrialEvent.ACTOR));
    }

    private static Map<String, Verdict> end(TrialState trial) {
        Evidence evidence =
                evidence(trial, trial.decision()).with(STATE, trial.state().name());
        String why = trial.reason().orElse("");
        return switch (trial.state()) {
            case PROMOTING ->
                both(new Verdict.Pass(trial.decision().map(Decision::reason).orElse(""), evidence));
            case ROLLED_BACK -> both(new Verdict.Fail(why, evidence));
            case ABORTED -> both(new Verdict.Inconclusive(1, "aborted: " + why, evidence));
            case SUPERSEDED -> both(new Verdict.Inconclusive(1, "superseded: " + why, evidence));
            // It has passed before, and that stands.
            case REFUSED ->
                Map.of(Rollouts.COURSE_GATE, new Verdict.Inconclusive(1, "promotion refused: " + why, evidence));
            case RUNNING, PAUSED, PROMOTED -> Map.of();
        };
    }

    private static Map<String, Verdict> both(Verdict verdict) {
        return Map.of(Rollouts.GATE, verdict, Rollouts.COURSE_GATE, verdict);
    }

    private static Evidence evidence(TrialState trial, Optional<Decision> decision) {
        return decision.map(Decision::evidence)
                .orElse(Evidence.none())
                .with(ROLLOUT, trial.id())
                .with("alias", trial.alias().toString())
                .with("incumbent", trial.incumbent().toString());
    }

    /** The states of the rollout of which the registry knows. */
    private Set<String> told(TrialState trial) {
        return registry.record(trial.candidate()).changes().stream()
                .map(change -> change.edit() instanceof GateVerdicts said
                        ? said.verdicts().get(Rollouts.COURSE_GATE)
                        : null)
                .filter(Objects::nonNull)
                .map(said -> said.evidence().texts())
                .filter(texts -> trial.id().equals(texts.get(ROLLOUT)))
                .map(texts -> texts.getOrDefault(STATE, ""))
                .collect(Collectors.toSet());
    }
}
