package io.mlops4j.benchmarks;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost a service that serves eight models to ask the view where their aliases point, in turn, in a registry
 * of a thousand versions of a hundred models? That the aliases take turns matters: the processor does not learn one way
 * through the map by heart.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar Resolve}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@SuppressWarnings("missing-explicit-ctor")
public class ResolveBenchmark {
    /** The registry. */
    @State(Scope.Benchmark)
    public static class Work {
        private final Alias[] aliases = new Alias[8];
        private StoreRegistry registry;
        private int next;

        /** Fills the registry. */
        @Setup
        public void make() {
            var store = new MemoryObjectStore();
            Catalogue.fill(store, 1000);
            registry = StoreRegistry.open(store, Clock.systemUTC());
            for (int i = 0; i < aliases.length; i++) {
                aliases[i] = Catalogue.model(i).alias("champion");
            }
        }

        Alias alias() {
            next = next + 1 == aliases.length ? 0 : next + 1; // no division, which takes as long as what is measured
            return aliases[next];
        }
    }

    /**
     * Resolves an alias from the view.
     *
     * @param work the registry
     * @return the version
     */
    @Benchmark
    public ModelVersion resolve(Work work) {
        return work.registry.view().resolve(work.alias());
    }
}
