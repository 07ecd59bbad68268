package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Concurrent equal questions are computed once, whatever the moment at which each of them comes. */
@Timeout(60)
final class FlightsTest {
    private static final int ROUNDS = Boolean.getBoolean("campaign") ? 200_000 : 5_000;

    private final Deadlines deadlines = new Deadlines();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final ExecutorService tellers = Executors.newSingleThreadExecutor();
    private final Flights<Integer, String> flights = new Flights<>(deadlines, tellers);
    private final ConcurrentHashMap<Integer, String> kept = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        callers.shutdownNow();
        tellers.shutdownNow();
        deadlines.close();
    }

    @Test
    void run_manyAtOnce_computeOnce() throws Exception {
        assertThat(computedPerQuestion(flights::run)).isOne();
    }

    /** As above, without looking again for a kept answer: the window must show, or the test above shows nothing. */
    @Test
    void canary_thatDoesNotLookTwice_computesAgain() throws Exception {
        var flying = new ConcurrentHashMap<Integer, CompletableFuture<Optional<String>>>();
        int racy = computedPerQuestion((question, asked) -> {
            var mine = new CompletableFuture<Optional<String>>();
            var there = flying.putIfAbsent(question, mine);
            if (there != null) {
                return there.join().orElseThrow();
            }
            String answer = asked.compute();
            flying.remove(question, mine);
            mine.complete(Optional.of(answer));
            return answer;
        });
        assertThat(racy).isGreaterThan(1);
    }

    /** The most computations of one question that two callers asked, each having found no kept answer. */
    private int computedPerQuestion(BiFunction<Integer, Flights.Asked<String>, String> way) throws Exception {
        var round = new CyclicBarrier(2);
        List<Future<?>> all = new ArrayList<>();
        var counts = new ConcurrentHashMap<Integer, AtomicInteger>();
        for (int caller = 0; caller < 2; caller++) {
            all.add(callers.submit(() -> {
                for (int i = 0; i < ROUNDS; i++) {
                    int question = i;
                    round.await();
                    boolean unknown = kept.get(question) == null;
                    round.await(); // both have looked
                    if (unknown) {
                        String answer = way.apply(question, asked(question, () -> {
                            counts.computeIfAbsent(question, q -> new AtomicInteger())
                                    .incrementAndGet();
                            return "a" + question;
                        }));
                        assertThat(answer).isEqualTo("a" + question);
                    }
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(flights.size()).isZero();
        assertThat(counts).hasSize(ROUNDS);
        return counts.values().stream().mapToInt(AtomicInteger::get).max().orElseThrow();
    }

    @Test
    void run_leaderFails_followersComputeForThemselves() throws Exception {
        var inside = new CountDownLatch(1);
        var fail = new CountDownLatch(1);
        Future<String> leader = callers.submit(() -> flights.run(1, asked(1, () -> {
            inside.countDown();
            await(fail);
            throw new InferenceException("mine alone", null);
        })));
        inside.await();
        var followed = new CountDownLatch(1);
        Future<String> follower = callers.submit(() -> flights.run(1, new Wanted(1, () -> "own", Long.MAX_VALUE) {
            @Override
            public long left() {
                followed.countDown();
                return super.left();
            }
        }));
        followed.await();
        CompletionStage<String> later = flights.submit(1, asked(1, () -> "own"));
        fail.countDown();
        assertThatThrownBy(leader::get).hasRootCauseMessage("mine alone");
        assertThat(follower.get()).isEqualTo("own");
        assertThat(later.toCompletableFuture().get()).isEqualTo("own");
        assertThat(flights.size()).isZero();
    }

    @Test
    void run_followerOutOfTime_leavesTheLeaderAlone() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Future<String> leader = callers.submit(() -> flights.run(1, asked(1, () -> {
            inside.countDown();
            await(go);
            return "late";
        })));
        inside.await();
        long little = Duration.ofMillis(5).toNanos();
        assertThatThrownBy(() -> flights.run(1, new Wanted(1, () -> "never", little)))
                .isInstanceOf(DeadlineExceededException.class);
        CompletionStage<String> later = flights.submit(1, new Wanted(1, () -> "never", little));
        assertThatThrownBy(() -> later.toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(DeadlineExceededException.class);
        CompletionStage<String> patient = flights.submit(1, asked(1, () -> "never"));
        go.countDown();
        assertThat(leader.get()).isEqualTo("late");
        assertThat(patient.toCompletableFuture().get()).isEqualTo("late");
        assertThat(kept).containsEntry(1, "late");
    }

    @Test
    void run_onAWorker_neverFollows() throws Exception {
        var inside = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        Future<String> leader = callers.submit(() -> flights.run(1, asked(1, () -> {
            inside.countDown();
            await(go);
            return "leader's";
        })));
        inside.await();
        var answer = new CompletableFuture<String>();
        new WorkerThread(() -> answer.complete(flights.run(1, asked(1, () -> "worker's"))), "mlops-test").start();
        assertThat(answer.get()).isEqualTo("worker's");
        go.countDown();
        assertThat(leader.get()).isEqualTo("leader's");
    }

    @Test
    void submit_leaderThrows_removesItsFlight() {
        assertThatThrownBy(() -> flights.submit(1, asked(1, () -> {
                    throw new IllegalStateException("full");
                })))
                .hasMessage("full");
        assertThat(flights.size()).isZero();
    }

    @Test
    void submit_beyondTheMostFollowers_computes() throws Exception {
        var running = new CompletableFuture<String>();
        CompletionStage<String> leader = flights.submit(1, new Wanted(1, () -> "", Long.MAX_VALUE) {
            @Override
            public CompletionStage<String> computeLater() {
                return running;
            }
        });
        List<CompletionStage<String>> followers = new ArrayList<>();
        for (int i = 0; i < Flights.MOST_FOLLOWERS; i++) {
            followers.add(flights.submit(1, asked(1, () -> "own")));
        }
        CompletionStage<String> beyond = flights.submit(1, asked(1, () -> "own"));
        assertThat(beyond.toCompletableFuture().get()).isEqualTo("own");
        running.complete("shared");
        assertThat(leader.toCompletableFuture().get()).isEqualTo("shared");
        for (CompletionStage<String> follower : followers) {
            assertThat(follower.toCompletableFuture().get()).isEqualTo("shared");
        }
    }

    private Wanted asked(int question, Computation computation) {
        return new Wanted(question, computation, Long.MAX_VALUE);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Computation {
        String compute();
    }

    private class Wanted implements Flights.Asked<String> {
        private final int question;
        private final Computation computation;
        private final long left;

        Wanted(int question, Computation computation, long left) {
            this.question = question;
            this.computation = computation;
            this.left = left;
        }

        @Override
        public @Nullable String known() {
            return kept.get(question);
        }

        @Override
        public String compute() {
            String answer = computation.compute();
            kept.put(question, answer);
            return answer;
        }

        @Override
        public CompletionStage<String> computeLater() {
            return CompletableFuture.completedFuture(compute());
        }

        @Override
        public void shared() {}

        @Override
        public long left() {
            return left;
        }

        @Override
        public RuntimeException tooLate() {
            return new DeadlineExceededException("late", null);
        }
    }
}
