package io.mlops4j.serving.rollout;

import java.time.Duration;

/** What several rollouts demand of their numbers. */
final class Checks {
    private Checks() {}

    static void requireShare(double share) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("Invalid share " + share + ": expected above 0 and below 1");
        }
    }

    static void requireSamples(long samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("Invalid minimum of " + samples + " samples: expected 1 or more");
        }
    }

    static void requireGuarded(Guardrails guardrails) {
        if (guardrails.compareNothing()) {
            throw new IllegalArgumentException("Invalid guardrails: they compare nothing, expected one margin or more");
        }
    }

    static void requireNotNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("Invalid time " + time + ": is negative");
        }
    }
}
