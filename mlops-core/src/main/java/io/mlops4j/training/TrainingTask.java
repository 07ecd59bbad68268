package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A request in a {@link TrainingQueue}, and what became of it.
 *
 * <p>Immutable.
 *
 * @param request what to do
 * @param status where it stands
 * @param attempt counts the claims; the last one alone may settle it
 * @param owner who has it
 * @param leaseUntil when its owner is taken for gone
 * @param result what came of it, for people; empty until it is settled
 * @param queuedAt when it was first queued
 */
public record TrainingTask(
        TrainingRequest request,
        Status status,
        long attempt,
        Optional<String> owner,
        Optional<Instant> leaseUntil,
        String result,
        Instant queuedAt) {
    /** Where a task stands. */
    public enum Status {
        /** Waits for an owner. */
        QUEUED,
        /** An owner works on it. */
        CLAIMED,
        /** It is done, and a candidate was promoted. */
        COMPLETED,
        /** It is done, and nothing was promoted. */
        FAILED;

        /**
         * Whether the task is still to be done.
         *
         * @return true for QUEUED and CLAIMED
         */
        public boolean isOpen() {
            return this == QUEUED || this == CLAIMED;
        }
    }

    /** Checks that all is there. */
    public TrainingTask {
        requireNonNull(request, "request");
        requireNonNull(status, "status");
        requireNonNull(owner, "owner");
        requireNonNull(leaseUntil, "leaseUntil");
        requireNonNull(result, "result");
        requireNonNull(queuedAt, "queuedAt");
    }

    static TrainingTask queued(TrainingRequest request, Instant at) {
        return new TrainingTask(request, Status.QUEUED, 0, Optional.empty(), Optional.empty(), "", at);
    }

    TrainingTask claimed(long newAttempt, String newOwner, Instant until) {
        return new TrainingTask(
                request, Status.CLAIMED, newAttempt, Optional.of(newOwner), Optional.of(until), "", queuedAt);
    }

    TrainingTask released() {
        return new TrainingTask(request, Status.QUEUED, attempt, Optional.empty(), Optional.empty(), "", queuedAt);
    }

    TrainingTask settled(Status end, String with) {
        return new TrainingTask(request, end, attempt, owner, Optional.empty(), with, queuedAt);
    }

    /** Whether somebody may take it: nobody has it, the same owner came back, or its owner is gone. */
    boolean isFreeFor(String claimant, Instant now) {
        return status == Status.QUEUED
                || (status == Status.CLAIMED
                        && (owner.equals(Optional.of(claimant))
                                || leaseUntil
                                        .filter(until -> until.isAfter(now))
                                        .isEmpty()));
    }
}
