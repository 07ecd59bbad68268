package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.store.CommitLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a feed again and again, for one listener. A failure is logged when it begins and when it is over.
 *
 * <p>Confined to one thread at a time, which the scheduler sees to; closing may come from any thread.
 */
final class FeedFollower implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedFollower.class);
    private static final int BATCH = 256;

    private final RegistryFeed feed;
    private final RegistryFeed.Listener listener;
    private CommitLog.Position position;
    private boolean failing;
    private volatile boolean closed;

    private FeedFollower(RegistryFeed feed, CommitLog.Position position, RegistryFeed.Listener listener) {
        this.feed = feed;
        this.position = requireNonNull(position, "position");
        this.listener = requireNonNull(listener, "listener");
    }

    static Subscription start(
            RegistryFeed feed,
            CommitLog.Position position,
            Duration interval,
            ScheduledExecutorService scheduler,
            RegistryFeed.Listener listener) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Invalid interval " + interval + ": expected a positive duration");
        }
        var follower = new FeedFollower(feed, position, listener);
        Future<?> readings = scheduler.scheduleWithFixedDelay(follower, 0, interval.toNanos(), TimeUnit.NANOSECONDS);
        return () -> {
            follower.closed = true;
            readings.cancel(false);
        };
    }

    @Override
    public void run() {
        if (closed) {
            return;
        }
        try {
            readOn();
            if (failing) {
                failing = false;
                LOG.info("The registry's feed goes on after commit {}", position.number());
            }
        } catch (ConflictException e) {
            closed = true;
            LOG.error("The registry's feed has ended", e);
            listener.lost(e);
        } catch (RuntimeException e) {
            // Whatever it was: a scheduler drops a task that throws, and the feed would stand still for good.
            if (!failing) {
                failing = true;
                LOG.warn("The registry's feed stands still after commit {}, and tries again", position.number(), e);
            }
        }
    }

    private void readOn() {
        List<RegistryChange> changes;
        do {
            changes = feed.after(position, BATCH);
            for (RegistryChange change : changes) {
                if (closed) {
                    return;
                }
                tell(change);
                position = change.position();
            }
        } while (changes.size() == BATCH);
    }

    /** What a listener throws is its own; it must not be taken for the feed's conflict. */
    private void tell(RegistryChange change) {
        try {
            listener.changed(change);
        } catch (ConflictException e) {
            throw new IllegalStateException("A listener failed on " + change, e);
        }
    }
}
