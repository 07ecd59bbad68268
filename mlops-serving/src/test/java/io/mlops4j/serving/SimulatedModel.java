package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code y = 2 · x} of rows of one number, after as long as a batch is said to take. It computes on a machine of its own,
 * so to say: the thread parks, and the test has the processors for its load. A row of -1 makes the whole run fail. It
 * takes no time until it is told to begin: what is done at load is not meant.
 */
final class SimulatedModel implements ColumnModel {
    final AtomicLong rows = new AtomicLong();
    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger mostInside = new AtomicInteger();
    final AtomicInteger largest = new AtomicInteger();
    volatile boolean closedWhileInside;
    private final AtomicLong wanted = new AtomicLong();
    private final AtomicLong took = new AtomicLong();
    private volatile boolean begun;
    private final long perRow;
    private final long perRun;

    SimulatedModel(long nanosPerRow, long nanosPerRun) {
        perRow = nanosPerRow;
        perRun = nanosPerRun;
    }

    SimulatedModel begin() {
        rows.set(0);
        runs.set(0);
        mostInside.set(0);
        largest.set(0);
        begun = true;
        return this;
    }

    static Map<String, Value> request(float... values) {
        return Map.of("x", Tensor.ofFloats(values, values.length, 1));
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        return run(inputs, StopSignal.never());
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        mostInside.accumulateAndGet(inside.incrementAndGet(), Math::max);
        try {
            float[] x = ((Tensor) requireNonNull(inputs.get("x"))).floats();
            runs.incrementAndGet();
            rows.addAndGet(x.length);
            largest.accumulateAndGet(x.length, Math::max);
            long nanos = !begun ? 0 : perRow * x.length + perRun;
            long start = System.nanoTime();
            rest(nanos, signal);
            wanted.addAndGet(nanos);
            took.addAndGet(begun ? System.nanoTime() - start : 0);
            float[] y = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                if (x[i] == -1) {
                    throw new InferenceException("a row is -1", null);
                }
                y[i] = 2 * x[i];
            }
            return Map.of("y", Tensor.ofFloats(y, y.length, 1));
        } finally {
            inside.decrementAndGet();
        }
    }

    /** How many times longer than they should have runs took, as this machine woke up late: 1 or more. */
    double slowness() {
        return (double) took.get() / (double) wanted.get();
    }

    private static void rest(long nanos, StopSignal signal) {
        Thread thread = Thread.currentThread();
        long end = System.nanoTime() + nanos;
        signal.begun(() -> LockSupport.unpark(thread));
        try {
            for (long left = nanos; left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (signal.stopped()) {
                    throw new InferenceException("stopped", null);
                }
            }
        } finally {
            signal.ended();
        }
    }

    @Override
    public void close() {
        closedWhileInside |= inside.get() > 0;
    }
}
