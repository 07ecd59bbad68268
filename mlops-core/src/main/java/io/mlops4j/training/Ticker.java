package io.mlops4j.training;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that does something at intervals until it is closed.
 *
 * <p>Thread-safe.
 */
final class Ticker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Thread thread;

    Ticker(String name, Duration interval, Runnable tick) {
        thread = new Thread(() -> run(name, interval, tick), name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void run(String name, Duration interval, Runnable tick) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                tick.run();
            } catch (RuntimeException e) {
                LOG.warn("{} failed; it tries again in {}", name, interval, e);
            }
            try {
                Thread.sleep(interval.toMillis(), interval.toNanosPart() % 1_000_000);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Interrupts the thread and waits for it to end, for half a minute at most. */
    @Override
    public void close() {
        thread.interrupt();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("{} did not end within {}", thread.getName(), PATIENCE);
        }
    }
}
