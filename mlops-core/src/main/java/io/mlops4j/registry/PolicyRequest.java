package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;
import io.mlops4j.model.ModelName;
import java.util.Optional;

/**
 * The wish to set a policy, as {@link PolicyChange} words it and a {@link ModelRegistry} carries it out.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param alias the name of the one alias that the policy is for, or empty for all aliases of the model
 * @param policy replaces the policy that was set for the same before
 * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
 * @param actor who or what wants it: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
 */
public record PolicyRequest(
        ModelName model, Optional<String> alias, PromotionPolicy policy, String reason, String actor) {
    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the alias breaks its grammar, or reason or actor are blank or too long
     */
    public PolicyRequest {
        requireNonNull(model, "model");
        requireNonNull(alias, "alias").ifPresent(model::alias);
        requireNonNull(policy, "policy");
        Labels.said("reason", requireNonNull(reason, "reason"), MoveRequest.MAX_REASON);
        Labels.said("actor", requireNonNull(actor, "actor"), MoveRequest.MAX_ACTOR);
    }
}
