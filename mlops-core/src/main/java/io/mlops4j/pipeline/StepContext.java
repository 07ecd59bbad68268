package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;

/**
 * What a step works on.
 *
 * <p>Immutable.
 *
 * @param model the model that is to change
 * @param request why and from which code
 * @param idempotencyKey the same for every attempt of the same step of the same run; give it to whatever the step
 *     creates, so that a second attempt finds it instead of creating it again
 */
public record StepContext(ModelName model, PromotionRequest request, String idempotencyKey) {
    /** Checks that all is there. */
    public StepContext {
        requireNonNull(model, "model");
        requireNonNull(request, "request");
        requireNonNull(idempotencyKey, "idempotencyKey");
    }
}
