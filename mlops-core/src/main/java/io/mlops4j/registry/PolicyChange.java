package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.ModelName;
import java.util.Optional;

/**
 * Words a change of what promotions must meet; nothing happens before {@link Worded#because}.
 *
 * <pre>{@code
 * registry.policy(rides.alias("champion"))
 *         .demand(new MetricAtMost("rmse", 2.5), new GatePassed("regression"),
 *                 new Approvals("risk", 2, OTHERS_THAN_REGISTRANT))
 *         .because("model risk guideline 7", "ana");
 * }</pre>
 *
 * <p>Immutable.
 */
public final class PolicyChange {
    private final ModelRegistry registry;
    private final ModelName model;
    private final Optional<String> alias;

    PolicyChange(ModelRegistry registry, ModelName model, Optional<String> alias) {
        this.registry = requireNonNull(registry, "registry");
        this.model = requireNonNull(model, "model");
        this.alias = alias;
    }

    /**
     * From now on all of this, in the place of what was demanded before.
     *
     * @param requirements all must be met; none allows everything
     * @return the change, to be given a reason
     */
    public Worded demand(Requirement... requirements) {
        return demand(PromotionPolicy.of(requirements));
    }

    /**
     * From now on this policy, in the place of the one before.
     *
     * @param policy what to demand
     * @return the change, to be given a reason
     */
    public Worded demand(PromotionPolicy policy) {
        return new Worded(this, policy);
    }

    /**
     * A change that lacks a reason.
     *
     * <p>Immutable.
     */
    public static final class Worded {
        private final PolicyChange change;
        private final PromotionPolicy policy;

        private Worded(PolicyChange change, PromotionPolicy policy) {
            this.change = change;
            this.policy = requireNonNull(policy, "policy");
        }

        /**
         * Sets the policy; see {@link ModelRegistry#setPolicy}.
         *
         * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
         * @param actor who or what sets it: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
         * @return the policy as it was recorded
         * @throws IllegalArgumentException if reason or actor are blank or too long
         * @throws StorageException if it could not be recorded; the policy stays as it was
         * @throws OutcomeUnknownException if it may or may not have been recorded
         */
        public PolicySetting because(String reason, String actor) {
            return change.registry.setPolicy(new PolicyRequest(change.model, change.alias, policy, reason, actor));
        }
    }
}
