package io.mlops4j.serving.trial;

import io.mlops4j.serving.rollout.AbTest;
import io.mlops4j.serving.rollout.AllAtOnce;
import io.mlops4j.serving.rollout.Bandit;
import io.mlops4j.serving.rollout.Canary;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.Shadow;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A {@link Rollout} as the journal holds it: the one field that is there says which it is; none means all at once. The names
 * are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
record StoredRollout(
        Optional<Canary> canary, Optional<Shadow> shadow, Optional<AbTest> abTest, Optional<Bandit> bandit) {
    static StoredRollout of(Rollout rollout) {
        return new StoredRollout(
                as(rollout, Canary.class),
                as(rollout, Shadow.class),
                as(rollout, AbTest.class),
                as(rollout, Bandit.class));
    }

    private static <R> Optional<R> as(Rollout rollout, Class<R> type) {
        return Optional.of(rollout).filter(type::isInstance).map(type::cast);
    }

    Rollout rollout() {
        return Stream.of(canary, shadow, abTest, bandit)
                .flatMap(Optional::stream)
                .map(Rollout.class::cast)
                .findFirst()
                .orElseGet(AllAtOnce::new);
    }
}
