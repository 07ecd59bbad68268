package io.mlops4j.serving;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One thread looks after all models. It is woken by the interval and by moves that the source tells of; of those at most
 * one a policy is waiting for the thread, as one look finds all that has moved until then. The waiting mark is taken away
 * before the look, so a move that comes later is looked for again. Whoever moved an alias is not kept waiting. A policy
 * that fails is looked at less and less often; the others of its model are not.
 */
/**
 * Keeps a server at what its policies mean.
 *
 * <p>Thread-safe.
 */
final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    /** After so many failures in a row, more do not make the pauses longer. */
    private static final int MOST_FAILURES = 7;

    private final Map<ModelName, List<Course>> courses = new HashMap<>();
    private final ScheduledExecutorService thread;
    private final Subscription moves;
    private volatile boolean closed;

    // A look contains what it throws, and the future has nothing else to say.
    @SuppressWarnings("FutureReturnValueIgnored")
    Follower(Collection<Slot> slots, ModelSource source, Duration interval) {
        for (Slot slot : slots) {
            courses.put(
                    slot.name(),
                    slot.policies().stream()
                            .map(policy -> new Course(slot, policy))
                            .toList());
        }
        // A worker does not wait for old versions to drain: one that drains for long must not hold up the others.
        thread = Executors.newSingleThreadScheduledExecutor(work -> new WorkerThread(work, "mlops-following"));
        moves = source.onMove(this::moved);
        long nanos = TimeUnit.NANOSECONDS.convert(interval);
        try {
            thread.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
        } catch (OutOfMemoryError e) { // unable to create native thread
            close();
            throw e;
        }
    }

    private void look() {
        courses.values().forEach(ofOne -> ofOne.forEach(Course::look));
    }

    /** Whatever moved may be what any policy of the model means. */
    private void moved(Alias alias) {
        for (Course course : courses.getOrDefault(alias.model(), List.of())) {
            if (!closed && course.waiting.compareAndSet(false, true)) {
                try {
                    thread.execute(course::lookNow);
                } catch (RejectedExecutionException e) {
                    LOG.debug("Alias {} moved while the server was closing", alias, e);
                }
            }
        }
    }

    /** Looks no more. A look under way ends by itself. */
    @Override
    public void close() {
        closed = true;
        moves.close();
        thread.shutdown();
    }

    /** One policy and how it went so far; but for {@code waiting}, only the thread touches it. */
    private final class Course {
        private final Slot slot;
        private final VersionPolicy policy;
        private final AtomicBoolean waiting = new AtomicBoolean();
        private int failures;
        private int pause;

        Course(Slot slot, VersionPolicy policy) {
            this.slot = slot;
            this.policy = policy;
        }

        void look() {
            if (pause > 0) {
                pause--;
            } else {
                refresh();
            }
        }

        void lookNow() {
            waiting.set(false);
            refresh();
        }

        private void refresh() {
            if (closed) {
                return;
            }
            try {
                slot.refresh(policy);
                if (failures > 0) {
                    LOG.info("Model {} follows {} again", slot.name(), policy);
                }
                failures = 0;
            } catch (RuntimeException | Error e) {
                // An error too: a scheduler drops a task that throws, and nothing would be followed any more.
                failed(e);
            }
        }

        private void failed(Throwable e) {
            if (failures == 0 && !closed) {
                LOG.warn("Model {} cannot follow {}; what was served before is served still", slot.name(), policy, e);
            }
            failures = Math.min(failures + 1, MOST_FAILURES);
            pause = (1 << (failures - 1)) - 1;
        }
    }
}
