package io.mlops4j.serving;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A runtime of models {@code y = x} that are as heavy, and as slow to load, as the test says; and the meter that weighs them.
 * A model's bytes are "name weight seconds".
 */
final class WeighedRuntime implements InferenceRuntime, MemoryMeter {
    static final Map<String, Value> X = Map.of("x", Tensor.ofFloats(new float[] {1}, 1));
    private static final int ALL = 1 << 20;

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicBoolean closedUnderACall = new AtomicBoolean();
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong now = new AtomicLong();
    private final Map<String, Integer> openings = new ConcurrentHashMap<>();
    private final Map<String, Integer> open = new ConcurrentHashMap<>();
    private final Semaphore loads = new Semaphore(ALL);
    private final Semaphore loading = new Semaphore(0);
    private final Semaphore runs = new Semaphore(ALL);
    private final Semaphore running = new Semaphore(0);

    static VerifiedModel model(String name, long weight, long seconds) {
        byte[] bytes = (name + " " + weight + " " + seconds).getBytes(StandardCharsets.US_ASCII);
        return VerifiedModel.verify(name, name, bytes, Digest.of(bytes), Map.of());
    }

    static ModelName name(String name) {
        return ModelName.of(name);
    }

    /** From now on loads wait. */
    void shutLoads() {
        loads.drainPermits();
        loading.drainPermits();
    }

    void openLoads() {
        loads.release(ALL);
    }

    void awaitLoad() throws InterruptedException {
        await(loading);
    }

    /** From now on runs wait. */
    void shutRuns() {
        runs.drainPermits();
        running.drainPermits();
    }

    void openRuns() {
        runs.release(ALL);
    }

    void awaitRun() throws InterruptedException {
        await(running);
    }

    private static void await(Semaphore event) throws InterruptedException {
        if (!event.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not happen");
        }
    }

    int openings(String name) {
        return openings.getOrDefault(name, 0);
    }

    /** Whether a model is in memory. */
    boolean holds(String name) {
        return open.getOrDefault(name, 0) > 0;
    }

    @Override
    public OptionalLong resident() {
        return OptionalLong.of(held.get());
    }

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public String name() {
        return "weighed";
    }

    @Override
    public boolean accepts(VerifiedModel model) {
        return true;
    }

    @Override
    public LoadedModel load(VerifiedModel model) {
        loading.release();
        loads.acquireUninterruptibly();
        loads.release();
        String[] parts = new String(model.bytes(), StandardCharsets.US_ASCII).split(" ", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("broken");
        }
        now.addAndGet(TimeUnit.SECONDS.toNanos(Long.parseLong(parts[2])));
        opened.incrementAndGet();
        openings.merge(parts[0], 1, Integer::sum);
        open.merge(parts[0], 1, Integer::sum);
        long weight = Long.parseLong(parts[1]);
        held.addAndGet(weight);
        return new Weighed(parts[0], weight);
    }

    private final class Weighed implements LoadedModel {
        private final String name;
        private final long weight;
        private final AtomicInteger inside = new AtomicInteger();
        private volatile boolean freed;

        Weighed(String name, long weight) {
            this.name = name;
            this.weight = weight;
        }

        @Override
        public Signature signature() {
            return new Signature(
                    List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC)),
                    List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC)));
        }

        @Override
        public Map<String, Value> run(Map<String, Value> inputs) {
            inside.incrementAndGet();
            if (freed) {
                closedUnderACall.set(true);
            }
            try {
                running.release();
                runs.acquireUninterruptibly();
                runs.release();
                return Map.of("y", inputs.values().iterator().next());
            } finally {
                inside.decrementAndGet();
            }
        }

        @Override
        public void close() {
            if (freed || inside.get() > 0) {
                closedUnderACall.set(true);
            }
            freed = true;
            held.addAndGet(-weight);
            open.merge(name, -1, Integer::sum);
            closed.incrementAndGet();
        }
    }
}
