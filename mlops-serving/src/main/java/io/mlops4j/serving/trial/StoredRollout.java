package io.mlops4j.serving.trial;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import io.mlops4j.serving.rollout.AbTest;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Bandit;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.Shadow;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A {@link Rollout} as the journal holds it: its kind, and the one field of that kind. The names are a format: add, but do not
 * rename.
 *
 * <p>Immutable.
 *
 * @param kind {@code all-at-once}, {@code canary}, {@code shadow}, {@code ab-test} or {@code bandit}
 * @param canary there if it is one
 * @param shadow there if it is one
 * @param abTest there if it is one
 * @param bandit there if it is one
 */
record StoredRollout(
        String kind,
        Optional<Canary> canary,
        Optional<Shadow> shadow,
        Optional<AbTest> abTest,
        Optional<Bandit> bandit) {
    private static final String ALL_AT_ONCE = "all-at-once";
    private static final String CANARY = "canary";
    private static final String SHADOW = "shadow";
    private static final String AB_TEST = "ab-test";
    private static final String BANDIT = "bandit";
    private static final Set<String> KINDS = new TreeSet<>(Set.of(ALL_AT_ONCE, CANARY, SHADOW, AB_TEST, BANDIT));

    /**
     * Checks that the fields fit the kind: the journal may have been written by a newer version.
     *
     * @throws IllegalArgumentException if the kind is unknown, or another field is there than its own
     */
    StoredRollout {
        requireNonNull(kind, "kind");
        if (!KINDS.contains(kind)) {
            throw new IllegalArgumentException("Unknown kind of rollout " + Text.quote(kind) + ": expected one of "
                    + KINDS + "; it may have been written by a newer version");
        }
        Set<String> there = plans(canary, shadow, abTest, bandit).keySet();
        if (!there.equals(kind.equals(ALL_AT_ONCE) ? Set.of() : Set.of(kind))) {
            throw new IllegalArgumentException(
                    "Invalid rollout of kind " + kind + ": it has " + there + ", expected what its kind says");
        }
    }

    static StoredRollout of(Rollout rollout) {
        return new StoredRollout(
                kind(rollout),
                as(rollout, Canary.class),
                as(rollout, Shadow.class),
                as(rollout, AbTest.class),
                as(rollout, Bandit.class));
    }

    private static String kind(Rollout rollout) {
        if (rollout instanceof Canary) {
            return CANARY;
        }
        if (rollout instanceof Shadow) {
            return SHADOW;
        }
        if (rollout instanceof AbTest) {
            return AB_TEST;
        }
        return rollout instanceof Bandit ? BANDIT : ALL_AT_ONCE;
    }

    private static <R> Optional<R> as(Rollout rollout, Class<R> type) {
        return Optional.of(rollout).filter(type::isInstance).map(type::cast);
    }

    private static Map<String, Rollout> plans(
            Optional<Canary> canary, Optional<Shadow> shadow, Optional<AbTest> abTest, Optional<Bandit> bandit) {
        Map<String, Rollout> plans = new TreeMap<>();
        canary.ifPresent(plan -> plans.put(CANARY, plan));
        shadow.ifPresent(plan -> plans.put(SHADOW, plan));
        abTest.ifPresent(plan -> plans.put(AB_TEST, plan));
        bandit.ifPresent(plan -> plans.put(BANDIT, plan));
        return plans;
    }

    Rollout rollout() {
        return kind.equals(ALL_AT_ONCE)
                ? new AllAtOnce()
                : requireNonNull(plans(canary, shadow, abTest, bandit).get(kind), kind);
    }
}
