package io.mlops4j.serving;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
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
 * one a model is waiting for the thread, as one look finds all that has moved until then. The waiting mark is taken away
 * before the look, so a move that comes later is looked for again. Whoever moved an alias is not kept waiting.
 */
/**
 * Keeps a server at what aliases point at.
 *
 * <p>Thread-safe.
 */
final class Follower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);

    /** After so many failures in a row, more do not make the pauses longer. */
    private static final int MOST_FAILURES = 7;

    private final Map<ModelName, Course> courses = new HashMap<>();
    private final ScheduledExecutorService thread;
    private final Subscription moves;
    private volatile boolean closed;

    // A look contains what it throws, and the future has nothing else to say.
    @SuppressWarnings("FutureReturnValueIgnored")
    Follower(Collection<Slot> slots, ModelSource source, Duration interval) {
        slots.stream().filter(Slot::isFollowing).forEach(slot -> courses.put(slot.name(), new Course(slot)));
        // A worker does not wait for old versions to drain: one that drains for long must not hold up the others.
        thread = Executors.newSingleThreadScheduledExecutor(work -> new WorkerThread(work, "mlops-following"));
        long nanos = TimeUnit.NANOSECONDS.convert(interval);
        thread.scheduleWithFixedDelay(this::look, nanos, nanos, TimeUnit.NANOSECONDS);
        moves = source.onMove(this::moved);
    }

    private void look() {
        courses.values().forEach(Course::look);
    }

    private void moved(Alias alias) {
        Course course = courses.get(alias.model());
        if (course == null || closed || !course.waiting.compareAndSet(false, true)) {
            return;
        }
        try {
            thread.execute(course::lookNow);
        } catch (RejectedExecutionException e) {
            LOG.debug("Alias {} moved while the server was closing", alias, e);
        }
    }

    /** Looks no more. A look under way ends by itself. */
    @Override
    public void close() {
        closed = true;
        moves.close();
        thread.shutdown();
    }

    /** One model and how it went so far; but for {@code waiting}, only the thread touches it. */
    private final class Course {
        private final Slot slot;
        private final AtomicBoolean waiting = new AtomicBoolean();
        private int failures;
        private int pause;

        Course(Slot slot) {
            this.slot = slot;
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
                slot.refresh();
                if (failures > 0) {
                    LOG.info("Model {} follows its alias again", slot.name());
                }
                failures = 0;
            } catch (RuntimeException | Error e) {
                // An error too: a scheduler drops a task that throws, and nothing would be followed any more.
                failed(e);
            }
        }

        private void failed(Throwable e) {
            if (failures == 0 && !closed) {
                LOG.warn("Model {} cannot follow its alias; what was served before is served still", slot.name(), e);
            }
            failures = Math.min(failures + 1, MOST_FAILURES);
            pause = (1 << (failures - 1)) - 1;
        }
    }
}
