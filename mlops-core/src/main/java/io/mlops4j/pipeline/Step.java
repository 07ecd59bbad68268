package io.mlops4j.pipeline;

import io.mlops4j.gate.Candidate;
import io.mlops4j.model.Digest;
import java.util.Optional;

/**
 * The work of a pipeline's BUILD: usually train, track, register. Its result is journaled, and it is not run again once
 * that has happened; before that, a crash leads to a second attempt with the same
 * {@linkplain StepContext#idempotencyKey() idempotency key}. It may block for as long as it takes.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface Step {
    /**
     * Does the work.
     *
     * @param context what to work on
     * @return what was built
     * @throws InterruptedException if the thread was interrupted; the run stays where it is and can be resumed
     * @throws Exception if it failed; the run fails with it. An {@link io.mlops4j.OutcomeUnknownException} alone
     *     leaves the run where it is, to be resumed with the same key.
     */
    Candidate run(StepContext context) throws Exception;

    /**
     * What the result depends on. A run whose build has the same key as an earlier one reuses its candidate.
     *
     * @param context what to work on
     * @return a {@link StepKey} of the digests of all inputs, the parameters and the code version; empty, the default,
     *     if the result must not be reused
     * @throws Exception if the inputs could not be digested; the run fails with it
     */
    default Optional<Digest> contentKey(StepContext context) throws Exception {
        return Optional.empty();
    }
}
