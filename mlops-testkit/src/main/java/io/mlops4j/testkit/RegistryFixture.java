package io.mlops4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.RegistryCapability;
import io.mlops4j.store.Content;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The registry under test, and the few words in which its contract is told. */
abstract class RegistryFixture {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final ModelName RIDES = ModelName.of("rides");
    static final Alias CHAMPION = RIDES.alias("champion");

    final ManualClock clock = ManualClock.at(START);

    /**
     * Opens a registry on the backend of this test, which is empty when a test begins. Called several times in one
     * test: all registries share the backend and nothing else.
     *
     * @param clock stamps what is written
     * @return a registry, up to date
     */
    protected abstract ModelRegistry open(Clock clock);

    final ModelRegistry open() {
        return open(clock);
    }

    static Registration wish(ModelName model, String bytes) {
        return Registration.of(model).file("model.onnx", content(bytes));
    }

    static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    static ModelVersion register(ModelRegistry registry, int number) {
        return registry.register(wish(RIDES, "model " + number));
    }

    /** Skips a case if the registry does not keep something. */
    static void assume(ModelRegistry registry, RegistryCapability capability) {
        assumeTrue(registry.capabilities().contains(capability), () -> "lacks " + capability);
    }

    /** Something that is done with a registry of its own. */
    interface Act<T> {
        T with(ModelRegistry registry) throws Exception;
    }

    final <T> List<T> atOnce(int writers, Act<T> act) throws Exception {
        var barrier = new CyclicBarrier(writers);
        ExecutorService pool = Executors.newFixedThreadPool(writers);
        try {
            Callable<T> one = () -> {
                ModelRegistry registry = open();
                barrier.await();
                return act.with(registry);
            };
            List<T> results = new ArrayList<>();
            for (Future<T> future : pool.invokeAll(Collections.nCopies(writers, one))) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
