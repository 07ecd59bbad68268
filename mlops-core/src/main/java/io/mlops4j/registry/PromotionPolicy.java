package io.mlops4j.registry;

import java.util.List;

/**
 * What a version must show before an alias may be moved to it: all of some requirements.
 *
 * <p>Immutable.
 *
 * @param requirements all must be met; none allows everything; at most {@value #MAX_REQUIREMENTS}; copied
 */
public record PromotionPolicy(List<Requirement> requirements) {
    /** The most requirements of one policy. */
    public static final int MAX_REQUIREMENTS = 100;

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if there are too many
     */
    public PromotionPolicy {
        requirements = List.copyOf(requirements);
        if (requirements.size() > MAX_REQUIREMENTS) {
            throw new IllegalArgumentException(
                    "Invalid policy of " + requirements.size() + " requirements: expected at most " + MAX_REQUIREMENTS);
        }
    }

    /**
     * A policy that demands nothing.
     *
     * @return allows every promotion
     */
    public static PromotionPolicy none() {
        return new PromotionPolicy(List.of());
    }

    /**
     * A policy of some requirements.
     *
     * @param requirements all must be met
     * @return the policy
     */
    public static PromotionPolicy of(Requirement... requirements) {
        return new PromotionPolicy(List.of(requirements));
    }
}
