package io.mlops4j.serving;

import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** {@code y = x} of rows of one number. Once it is shut each run waits until it is let go, or is stopped. */
final class GatedModel implements ColumnModel {
    private static final int ALL = 1 << 20;

    private final List<float[]> runs = new CopyOnWriteArrayList<>();
    private final Semaphore gate = new Semaphore(ALL);
    private final Semaphore entered = new Semaphore(0);
    private final Semaphore stopped = new Semaphore(0);

    /** From now on runs wait, and are remembered. */
    GatedModel shut() {
        gate.drainPermits();
        entered.drainPermits();
        runs.clear();
        return this;
    }

    /** Lets one run go. */
    void letOneGo() {
        gate.release();
    }

    void open() {
        gate.release(ALL);
    }

    /** Waits until one more run has begun. */
    void awaitRun() throws InterruptedException {
        await(entered, "no run begins");
    }

    /** Waits until one more run was stopped. */
    void awaitStopped() throws InterruptedException {
        await(stopped, "no run is stopped");
    }

    private static void await(Semaphore event, String otherwise) throws InterruptedException {
        if (!event.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError(otherwise);
        }
    }

    /** The rows of each run since it was shut. */
    List<List<Float>> runs() {
        List<List<Float>> all = new ArrayList<>();
        for (float[] run : runs) {
            List<Float> rows = new ArrayList<>();
            for (float row : run) {
                rows.add(row);
            }
            all.add(rows);
        }
        return all;
    }

    /** How many runs were stopped that nobody waited for. */
    int stoppedRuns() {
        return stopped.availablePermits();
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        return run(inputs, StopSignal.never());
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        Value x = inputs.values().iterator().next();
        runs.add(((Tensor) x).floats());
        entered.release();
        signal.begun(Thread.currentThread()::interrupt);
        try {
            // A test that fails before it opens the gate must end: closing its server waits for the run.
            if (!gate.tryAcquire(40, TimeUnit.SECONDS)) {
                throw new InferenceException("nobody has let the run go", null);
            }
        } catch (InterruptedException e) {
            stopped.release();
            throw new InferenceException("stopped", e);
        } finally {
            signal.ended();
        }
        return Map.of("y", x);
    }

    @Override
    public void close() {
        gate.release(ALL);
    }
}
