package io.mlops4j.care;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs actors one step at a time, in an order that a seed decides: an actor stops before each call to its store, and
 * goes on when it is its turn. So every interleaving of calls can happen, and each can be repeated.
 */
final class Turns {
    private static final int MAX_START = 60;

    private final Random random;
    private final ExecutorService threads;
    private final Semaphore controller = new Semaphore(0);
    private final List<Actor> waiting = new ArrayList<>();

    Turns(Random random, ExecutorService threads) {
        this.random = random;
        this.threads = threads;
    }

    /** Adds an actor; it gets what it must call before each step. */
    void add(Consumer<Runnable> body) {
        var actor = new Actor();
        waiting.add(actor);
        threads.execute(() -> {
            actor.turn.acquireUninterruptibly();
            try {
                body.accept(actor::step);
            } catch (RuntimeException e) {
                actor.failure = e;
            } finally {
                actor.done = true;
                controller.release();
            }
        });
    }

    /** Runs all actors to their ends. Each sits out some steps first, so that short ones meet late steps of long ones. */
    void run() {
        waiting.forEach(actor -> actor.start = random.nextInt(MAX_START));
        for (int step = 0; !waiting.isEmpty(); step++) {
            int now = step;
            List<Actor> ready =
                    waiting.stream().filter(actor -> actor.start <= now).toList();
            if (ready.isEmpty()) {
                continue;
            }
            Actor next = ready.get(random.nextInt(ready.size()));
            next.turn.release();
            controller.acquireUninterruptibly();
            if (next.done) {
                waiting.remove(next);
                RuntimeException failure = next.failure;
                if (failure != null) {
                    throw failure;
                }
            }
        }
    }

    private final class Actor {
        private final Semaphore turn = new Semaphore(0);
        private int start;
        private volatile boolean done;
        private volatile @Nullable RuntimeException failure;

        void step() {
            controller.release();
            turn.acquireUninterruptibly();
        }
    }
}
