package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.gate.Evidence;
import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether to train now, and why.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param at when it was decided
 * @param ruling to train, or what speaks against it
 * @param asks who asked, the first of them the {@link #signal()}
 * @param score the budget score, 0 to 1
 * @param driftPart what drift contributed to it
 * @param rowsPart what new rows contributed to it
 * @param drift the drift score, 0 to 1
 * @param newRows how many rows came since the last training
 * @param reason why, for people
 * @param requestId the request that was made of it; empty unless it fires
 */
public record TrainingDecision(
        ModelName model,
        Instant at,
        Ruling ruling,
        List<Ask> asks,
        double score,
        double driftPart,
        double rowsPart,
        double drift,
        long newRows,
        String reason,
        Optional<String> requestId) {
    /** What a policy says. */
    public enum Ruling {
        /** Train. */
        FIRE,
        /** Nobody asked. */
        QUIET,
        /** The last training is not long enough ago. */
        COOLDOWN,
        /** There were too many trainings lately. */
        TOO_MANY,
        /** There are too few new rows to learn from. */
        TOO_FEW_ROWS,
        /** A training that was decided earlier is not done. */
        UNDER_WAY
    }

    /** Copies the list. */
    public TrainingDecision {
        requireNonNull(model, "model");
        requireNonNull(at, "at");
        requireNonNull(ruling, "ruling");
        asks = List.copyOf(asks);
        requireNonNull(reason, "reason");
        requireNonNull(requestId, "requestId");
    }

    static TrainingDecision of(Situation situation, BudgetScore.Budget budget, Ruling ruling, List<Ask> asks) {
        String why =
                asks.stream().map(ask -> ask.signal() + ": " + ask.reason()).collect(Collectors.joining("; "));
        return new TrainingDecision(
                situation.model(),
                situation.at(),
                ruling,
                asks,
                budget.total(),
                budget.drift(),
                budget.rows(),
                situation.driftScore(),
                situation.newRows(),
                why.isEmpty() ? "nothing asks for training" : why,
                Optional.empty());
    }

    TrainingDecision because(String more) {
        return new TrainingDecision(
                model, at, ruling, asks, score, driftPart, rowsPart, drift, newRows, reason + " — " + more, requestId);
    }

    TrainingDecision as(String id) {
        return new TrainingDecision(
                model, at, ruling, asks, score, driftPart, rowsPart, drift, newRows, reason, Optional.of(id));
    }

    TrainingDecision ruledAs(Ruling other) {
        return new TrainingDecision(
                model, at, other, asks, score, driftPart, rowsPart, drift, newRows, reason, requestId);
    }

    /** The same situation, decided by one ask alone. */
    TrainingDecision orderedBy(Ask ask) {
        return new TrainingDecision(
                model,
                at,
                Ruling.FIRE,
                List.of(ask),
                score,
                driftPart,
                rowsPart,
                drift,
                newRows,
                ask.signal() + ": " + ask.reason(),
                requestId);
    }

    /**
     * Whether to train.
     *
     * @return true if the ruling is FIRE
     */
    public boolean fires() {
        return ruling == Ruling.FIRE;
    }

    /**
     * The trigger that asked first.
     *
     * @return its name, or {@code none}
     */
    public String signal() {
        return asks.isEmpty() ? "none" : asks.get(0).signal();
    }

    /**
     * The decision as evidence for the run that it starts.
     *
     * @return signal, score, its parts, drift and new rows
     */
    public Evidence evidence() {
        return Evidence.none()
                .with("signal", signal())
                .with("score", score)
                .with("drift part", driftPart)
                .with("rows part", rowsPart)
                .with("drift", drift)
                .with("new rows", (double) newRows);
    }
}
