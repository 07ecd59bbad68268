package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How much memory the models of a server may take together. Where there is not room for all, those of least value are
 * evicted: they are served still, and the next request loads them again.
 *
 * <pre>{@code
 * ModelServer.builder().serve(rides, file).serve(fraud, other)
 *         .memory(MemoryBudget.ofBytes(2L << 30).pinning(fraud))
 *         .start();
 * }</pre>
 *
 * <p>What a version takes is measured when it is loaded, for the memory of native runtimes is not on the heap: by how much
 * the process's anonymous resident memory (Linux: {@code RssAnon}) grew while it was loaded, warmed and, if it is
 * batched, run in a full batch, one version at a time, and no less than its files' bytes, nor than what was measured
 * of it before. Whatever else the process took in that moment is counted in, heap that is touched for the first time
 * for example; {@code -XX:+AlwaysPreTouch} keeps that out. On systems that do not tell, it is taken to be twice the
 * files' bytes. Room is made before a version is loaded, by its files' bytes or by what was measured before; and again
 * after it, by what was measured: so while a version is loaded for the first time the models may take more than the
 * budget, but never once it serves. What a model takes later, for requests larger than those it was warmed with and
 * than a full batch (or where that is more than 64 MiB with its answer, or slow to try), is not seen: leave room for it.
 *
 * <p>Evicted is the version with the smallest {@code L + F·C/S}, of those that no request is inside, that are not pinned, and
 * that are no candidate of a rollout: F counts its uses since it was loaded, C is the seconds that its loading took, S its
 * bytes, and L, which ages what was used long ago, is the value of what was evicted last when it was used last. This is
 * GreedyDual-Size-Frequency: L. Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching
 * Policy", HP Laboratories HPL-98-69R1, 1998.
 *
 * <p>A version that does not fit beside what must stay is refused, and so is one that must stay and would leave no room for
 * another that is served; whatever was served before is served still. If it only has to wait for requests to end, it waits,
 * for the server's drain time-out at most. A request to an {@link Ensemble} holds all of its models: leave room for them
 * together.
 *
 * <p>Immutable.
 */
public final class MemoryBudget {
    private final long bytes;
    private final Set<ModelName> pinned;
    private final MemoryMeter meter;

    private MemoryBudget(long bytes, Set<ModelName> pinned, MemoryMeter meter) {
        this.bytes = bytes;
        this.pinned = pinned;
        this.meter = meter;
    }

    /**
     * A budget, nothing pinned.
     *
     * @param bytes for all models of a server together, 1 or more
     * @return the budget
     * @throws IllegalArgumentException if it is not positive
     */
    public static MemoryBudget ofBytes(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("Invalid memory budget " + bytes + " B: expected 1 or more");
        }
        return new MemoryBudget(bytes, Set.of(), new ProcessMemory());
    }

    /**
     * Keeps models in memory as long as they are served.
     *
     * @param names never evicted, whichever of their versions is served; added to those pinned before
     * @return the same budget with these models pinned
     */
    public MemoryBudget pinning(ModelName... names) {
        Set<ModelName> all = new TreeSet<>(pinned);
        all.addAll(List.of(names));
        return new MemoryBudget(bytes, Collections.unmodifiableSet(all), meter);
    }

    /** Measures by another meter. */
    MemoryBudget measuredBy(MemoryMeter other) {
        return new MemoryBudget(bytes, pinned, requireNonNull(other, "other"));
    }

    /**
     * The bound.
     *
     * @return bytes, for all models together
     */
    public long bytes() {
        return bytes;
    }

    /**
     * The models that are never evicted.
     *
     * @return in the order of their names
     */
    public Set<ModelName> pinned() {
        return pinned;
    }

    MemoryMeter meter() {
        return meter;
    }
}
