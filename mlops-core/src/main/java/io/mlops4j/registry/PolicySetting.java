package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.util.Optional;

/**
 * That a policy was set: which, why, by whom and when.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param alias the name of the one alias that it is for, or empty for all aliases of the model
 * @param policy what it demands since
 * @param reason why, in words
 * @param actor who or what set it
 * @param time when, by the clock of the process that set it
 * @param commit the number of the commit that holds it
 */
public record PolicySetting(
        ModelName model,
        Optional<String> alias,
        PromotionPolicy policy,
        String reason,
        String actor,
        Instant time,
        long commit) {
    /** Checks that nothing is null. */
    public PolicySetting {
        requireNonNull(model, "model");
        requireNonNull(alias, "alias");
        requireNonNull(policy, "policy");
        requireNonNull(reason, "reason");
        requireNonNull(actor, "actor");
        requireNonNull(time, "time");
    }
}
