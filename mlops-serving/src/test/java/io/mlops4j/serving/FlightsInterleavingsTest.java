package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The cache's single flight, with the interleavings of its callers enumerated by a model checker: whoever asks gets the
 * answer, and it is computed once.
 *
 * <p>With the profile {@code campaign}, 25 times as many interleavings.
 */
@Timeout(900)
final class FlightsInterleavingsTest {
    private static final int INTERLEAVINGS = Boolean.getBoolean("campaign") ? 5_000 : 200;

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(1)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(2)
                .minimizeFailedScenario(false)
                .invocationsPerIteration(INTERLEAVINGS);
    }

    @Test
    void flights_everyInterleaving_computeOnce() {
        options().check(Single.class);
    }

    /** The canary: a leader that does not look again for a kept answer. */
    @Test
    void flightsThatLookOnce_areCaught() {
        assertThatThrownBy(() -> options().check(LooksOnce.class))
                .isInstanceOf(LincheckAssertionError.class)
                .hasMessageContaining("computed 2 times");
    }

    /** A cache of one answer. */
    private abstract static class Cache implements Flights.Asked<Integer> {
        private final AtomicInteger computations = new AtomicInteger();
        private volatile @Nullable Integer kept;

        @Override
        public @Nullable Integer known() {
            return kept;
        }

        @Override
        public Integer compute() {
            computations.incrementAndGet();
            kept = 42;
            return 42;
        }

        @Override
        public CompletionStage<Integer> computeLater() {
            return CompletableFuture.completedFuture(compute());
        }

        @Override
        public void shared() {}

        @Override
        public long left() {
            return Long.MAX_VALUE;
        }

        @Override
        public RuntimeException tooLate() {
            return new IllegalStateException("too late");
        }

        final void requireOneComputation() {
            if (computations.get() > 1) {
                throw new IllegalStateException("computed " + computations.get() + " times");
            }
        }
    }

    /** The flights of the server. */
    public static final class Single extends Cache {
        private static final Deadlines DEADLINES = new Deadlines();

        private final Flights<String, Integer> flights = new Flights<>(DEADLINES, Runnable::run);

        /** Asks as a caller does who looked in vain. */
        @Operation
        public int ask() {
            Integer known = known();
            return known == null ? flights.run("question", this) : known;
        }

        /** Judges. */
        @Validate
        public void isComputedOnce() {
            requireOneComputation();
        }
    }

    /** The same, without the second look. */
    public static final class LooksOnce extends Cache {
        private final ConcurrentHashMap<String, CompletableFuture<Optional<Integer>>> flying =
                new ConcurrentHashMap<>();

        /** Asks as a caller does who looked in vain. */
        @Operation
        public int ask() {
            Integer known = known();
            if (known != null) {
                return known;
            }
            var mine = new CompletableFuture<Optional<Integer>>();
            var there = flying.putIfAbsent("question", mine);
            if (there != null) {
                return there.join().orElseThrow();
            }
            int answer = compute();
            flying.remove("question", mine);
            mine.complete(Optional.of(answer));
            return answer;
        }

        /** Judges. */
        @Validate
        public void isComputedOnce() {
            requireOneComputation();
        }
    }
}
