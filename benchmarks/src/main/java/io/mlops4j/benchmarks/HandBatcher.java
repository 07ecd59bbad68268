package io.mlops4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The least that batches by hand: callers put their row into a queue and park; two threads take what is there, up to a
 * number of rows, run it over pinned buffers, and unpark. No deadline, no bound, no fairness, no failure; nothing can be
 * swapped. So it shows what the machine, the JVM and ONNX Runtime leave to gain.
 *
 * <p>Thread-safe.
 */
final class HandBatcher {
    static final int INSTANCES = 2;

    private final int features;
    private final int outputs;
    private final int most;
    private final OrtSession.SessionOptions options;
    private final OrtSession session;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition somebody = lock.newCondition();
    private final Queue<Waiting> queue = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    /** A caller and his row. */
    private static final class Waiting {
        private final Thread caller = Thread.currentThread();
        private final float[] row;
        private final float[] out;
        private volatile boolean told;

        Waiting(float[] row, float[] out) {
            this.row = row;
            this.out = out;
        }
    }

    HandBatcher(byte[] model, int features, int outputs, int most) throws OrtException {
        this.features = features;
        this.outputs = outputs;
        this.most = most;
        options = RawPinned.options();
        session = OrtEnvironment.getEnvironment().createSession(model, options);
        for (int i = 0; i < INSTANCES; i++) {
            Thread thread = new Thread(this::work, "by-hand-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    void score(float[] row, float[] out) {
        var waiting = new Waiting(row, out);
        lock.lock();
        try {
            queue.add(waiting);
            somebody.signal();
        } finally {
            lock.unlock();
        }
        while (!waiting.told) {
            LockSupport.park(waiting);
        }
    }

    /**
     * Runs full batches over and over on the thread that calls, as its own threads do, but takes and hands over nothing.
     *
     * @return the rows that were run
     */
    long runFullBatches(long start, long stretch) throws OrtException {
        try (var instance = new Instance()) {
            long rows = 0;
            do {
                instance.run(most);
                rows += most;
            } while (System.nanoTime() - start < stretch);
            return rows;
        }
    }

    private void work() {
        try (var instance = new Instance()) {
            for (List<Waiting> batch = next(); batch != null; batch = next()) {
                instance.run(batch);
            }
        } catch (OrtException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable List<Waiting> next() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty()) {
                if (closed) {
                    return null;
                }
                somebody.await();
            }
            List<Waiting> batch = new ArrayList<>(most);
            for (Waiting next = queue.poll(); next != null; next = batch.size() < most ? queue.poll() : null) {
                batch.add(next);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Buffers of one thread, and tensors over the front of them for each number of rows. */
    private final class Instance implements AutoCloseable {
        private final FloatBuffer in = direct(most * features);
        private final FloatBuffer out = direct(most * outputs);
        private final Map<Integer, Map<String, OnnxTensor>> inputs = new HashMap<>();
        private final Map<Integer, Map<String, OnnxValue>> results = new HashMap<>();

        void run(List<Waiting> batch) throws OrtException {
            for (int i = 0; i < batch.size(); i++) {
                in.put(i * features, batch.get(i).row);
            }
            run(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                Waiting waiting = batch.get(i);
                out.get(i * outputs, waiting.out, 0, outputs);
                waiting.told = true;
                LockSupport.unpark(waiting.caller);
            }
        }

        private void run(int rows) throws OrtException {
            Map<String, OnnxTensor> input = inputs.get(rows);
            Map<String, OnnxValue> result = results.get(rows);
            if (input == null || result == null) {
                input = Map.of(session.getInputNames().iterator().next(), tensor(in, rows, features));
                result = Map.of(session.getOutputNames().iterator().next(), tensor(out, rows, outputs));
                inputs.put(rows, input);
                results.put(rows, result);
            }
            session.run(input, result).close();
        }

        private OnnxTensor tensor(FloatBuffer buffer, int rows, int width) throws OrtException {
            return OnnxTensor.createTensor(
                    OrtEnvironment.getEnvironment(), buffer.slice(0, rows * width), new long[] {rows, width});
        }

        @Override
        public void close() {
            inputs.values().forEach(tensors -> tensors.values().forEach(OnnxTensor::close));
            results.values().forEach(tensors -> tensors.values().forEach(OnnxValue::close));
        }
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Ends the threads and frees the model; nobody may be waiting. */
    void stop() throws OrtException, InterruptedException {
        lock.lock();
        try {
            closed = true;
            somebody.signalAll();
        } finally {
            lock.unlock();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        session.close();
        options.close();
    }
}
