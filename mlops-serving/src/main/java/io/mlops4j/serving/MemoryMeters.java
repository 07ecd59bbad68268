package io.mlops4j.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.mlops4j.model.ModelName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a server's memory budget, by model at most. They stay as long as the server. What they throw is
 * contained.
 *
 * <p>Thread-safe.
 */
final class MemoryMeters implements AutoCloseable {
    static final String RESIDENT = "mlops.memory.resident";
    static final String BUDGET = "mlops.memory.budget";
    static final String EVICTIONS = "mlops.memory.evictions";
    static final String RELOADS = "mlops.memory.reloads";

    private static final String BYTES = "bytes";

    private final @Nullable MeterRegistry registry;
    private final MeterFailures broken = new MeterFailures("the memory budget");
    private final List<Meter> made = new ArrayList<>();
    private final Map<ModelName, Counter> evictions = new HashMap<>();
    private final Map<ModelName, Counter> reloads = new HashMap<>();
    private final Map<ModelName, Counter> failures = new HashMap<>();

    MemoryMeters(@Nullable MeterRegistry registry, Collection<ModelName> models, MemoryLedger ledger) {
        this.registry = registry;
        if (registry == null) {
            return;
        }
        made.add(Gauge.builder(RESIDENT, ledger, MemoryLedger::resident)
                .description("Memory of the loaded versions, as measured when they were loaded")
                .baseUnit(BYTES)
                .register(registry));
        made.add(Gauge.builder(BUDGET, ledger, MemoryLedger::budget)
                .description("Memory that the loaded versions may take")
                .baseUnit(BYTES)
                .register(registry));
        for (ModelName model : models) {
            Tags tags = Tags.of("model", model.value());
            evictions.put(model, counter(registry, EVICTIONS, "Versions that were evicted", tags));
            String about = "Versions that were evicted and asked for again, by result";
            reloads.put(model, counter(registry, RELOADS, about, tags.and("result", "ok")));
            failures.put(model, counter(registry, RELOADS, about, tags.and("result", "failed")));
        }
    }

    private Counter counter(MeterRegistry to, String name, String description, Tags tags) {
        Counter counter =
                Counter.builder(name).description(description).tags(tags).register(to);
        made.add(counter);
        return counter;
    }

    void evicted(ModelName model) {
        count(evictions.get(model));
    }

    void reloaded(ModelName model) {
        count(reloads.get(model));
    }

    void failed(ModelName model) {
        count(failures.get(model));
    }

    private void count(@Nullable Counter counter) {
        if (counter != null) {
            broken.contain(counter::increment);
        }
    }

    @Override
    public void close() {
        MeterRegistry from = registry;
        if (from != null) {
            made.forEach(meter -> broken.contain(() -> from.remove(meter)));
        }
    }
}
