package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A model that stays inside its run until it is let go, and remembers what was done to it. */
final class FakeModel implements LoadedModel {
    static final Map<String, Value> REQUEST = Map.of("x", Tensor.ofFloats(new float[] {1}, 1));

    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch mayLeave = new CountDownLatch(1);
    final CountDownLatch terminated = new CountDownLatch(1);
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    volatile boolean closedWhileInside;

    @Override
    public Signature signature() {
        return new Signature(
                List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC)),
                List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC)));
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        inside.incrementAndGet();
        entered.countDown();
        try {
            if (!mayLeave.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let the fake model go");
            }
            return Map.of("y", Tensor.ofFloats(new float[] {2}, 1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            inside.decrementAndGet();
        }
    }

    @Override
    public void terminate() {
        terminated.countDown();
    }

    @Override
    public void close() {
        closedWhileInside |= inside.get() > 0;
        closes.incrementAndGet();
    }

    /** A runtime that takes everything and gives these models, in order. */
    static InferenceRuntime runtime(LoadedModel... models) {
        var next = new AtomicInteger();
        return new InferenceRuntime() {
            @Override
            public String name() {
                return "fake";
            }

            @Override
            public boolean accepts(VerifiedModel model) {
                return true;
            }

            @Override
            public LoadedModel load(VerifiedModel model) {
                return models[next.getAndIncrement()];
            }
        };
    }
}
