package io.mlops4j.benchmarks;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * As {@link CallersBenchmark}, with callers on virtual threads, which JDK 21 and later have: nobody is put to sleep and woken
 * by the system.
 *
 * <pre>{@code java -jar benchmarks/target/benchmarks.jar VirtualCallers}</pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 14)
@Measurement(iterations = 13)
@SuppressWarnings("missing-explicit-ctor")
public class VirtualCallersBenchmark {
    /** The first JDK that has virtual threads. */
    static final int JDK = 21;

    /** Servers, and callers on virtual threads. */
    @State(Scope.Benchmark)
    public static class Work extends CallersBenchmark.Work {
        /** Callers that share the threads of the system. */
        public Work() {
            super(virtualThreads());
        }

        private static ExecutorService virtualThreads() {
            try {
                return (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("Cannot have virtual threads: expected JDK " + JDK + " or later", e);
            }
        }
    }

    /**
     * Has each side called.
     *
     * @param work servers and callers
     * @param nanos gets the times
     */
    @Benchmark
    public void turn(Work work, CallersBenchmark.Nanos nanos) throws ExecutionException, InterruptedException {
        work.turn(nanos);
    }
}
