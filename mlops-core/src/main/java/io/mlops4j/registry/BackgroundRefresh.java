package io.mlops4j.registry;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes a registry again and again. A failure is logged when it begins and when it is over, not each time.
 *
 * <p>Thread-safe.
 */
final class BackgroundRefresh implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundRefresh.class);

    private final ModelRegistry registry;
    private volatile boolean failing;

    private BackgroundRefresh(ModelRegistry registry) {
        this.registry = registry;
    }

    static Subscription start(ModelRegistry registry, Duration interval, ScheduledExecutorService scheduler) {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("Invalid interval " + interval + ": expected a positive duration");
        }
        long nanos = interval.toNanos();
        Future<?> refreshes =
                scheduler.scheduleWithFixedDelay(new BackgroundRefresh(registry), nanos, nanos, TimeUnit.NANOSECONDS);
        return () -> refreshes.cancel(false);
    }

    @Override
    public void run() {
        try {
            registry.refresh();
            if (failing) {
                failing = false;
                LOG.info("The registry can be refreshed again");
            }
        } catch (RuntimeException e) {
            // Whatever it was: a scheduler drops a task that throws, and the view would stand still for good.
            if (!failing) {
                failing = true;
                LOG.warn("Cannot refresh the registry; its view stays as it is until a refresh succeeds", e);
            }
        }
    }
}
