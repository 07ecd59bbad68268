package io.mlops4j.serving;

import java.util.OptionalLong;

/**
 * Tells how much memory the process holds, and how time goes by.
 *
 * <p>Implementations must be thread-safe.
 */
interface MemoryMeter {
    /** What the process holds now in bytes, that of native libraries included; empty if nobody tells. */
    OptionalLong resident();

    /** The time, as {@link System#nanoTime()}, by which loading is measured. */
    default long nanos() {
        return System.nanoTime();
    }
}
