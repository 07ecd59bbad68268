package io.mlops4j.benchmarks;

import java.io.IOException;

/** Times one side of a turn. */
final class Stopwatch {
    private Stopwatch() {}

    /** What one side does. */
    interface Act {
        void run() throws IOException;
    }

    /** Does it once, and says how many nanoseconds that took. */
    static long nanos(Act act) throws IOException {
        long start = System.nanoTime();
        act.run();
        return System.nanoTime() - start;
    }
}
