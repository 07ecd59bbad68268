package io.mlops4j.serving;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.Residents.Residence;
import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * How a model is loaded within the budget. One load at a time holds `loading`, from making room to being entered, so what
 * the process grew by is its own. A load that must wait for leases to come back lets `loading` go until it has a turn (Turns).
 * A slot holds its `swapping` when it loads: the order is swapping, loading, and then the
 * lock of the residents.
 */
/**
 * Keeps a server's models within its memory budget.
 *
 * <p>Thread-safe.
 */
final class MemoryLedger implements AutoCloseable {
    /** On systems that do not tell their memory: the weights, and as much again for how a runtime packs them. */
    private static final long UNTOLD_FACTOR = 2;

    private final MemoryBudget budget;
    private final long patience;
    private final Deadlines deadlines;
    private final Residents residents;
    private final MemoryMeters meters;
    private final Turns turns;
    private final ReentrantLock loading = new ReentrantLock();

    /** A model that is loaded, and its place in the budget. */
    record Admitted(ModelLoader.Ready ready, Residence residence) {}

    MemoryLedger(
            MemoryBudget budget,
            Duration patience,
            Deadlines deadlines,
            @Nullable MeterRegistry registry,
            Collection<ModelName> models) {
        this.budget = budget;
        this.patience = TimeUnit.NANOSECONDS.convert(patience);
        this.deadlines = deadlines;
        this.residents = new Residents(budget);
        this.turns = new Turns(deadlines);
        this.meters = new MemoryMeters(registry, models, this);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    /** Those of who waits for several models together. */
    Turns turns() {
        return turns;
    }

    MemoryMeters meters() {
        return meters;
    }

    long budget() {
        return budget.bytes();
    }

    /** What the loaded versions take together, in bytes. */
    long resident() {
        return residents.bytes();
    }

    /**
     * Makes room, loads, measures, and makes room for what was measured. What it gives is held.
     *
     * @param before the loading of the same version that was evicted, or null
     * @throws RejectedModelException if there is not room enough, whatever is evicted
     * @throws OverloadedException if requests under way kept the room for too long
     */
    Admitted load(
            VersionId version, VerifiedModel verified, @Nullable Residence before, Supplier<ModelLoader.Ready> load) {
        boolean turn = false;
        loading.lock();
        try {
            OptionalLong start = budget.meter().resident();
            long least = Math.max(
                    size(verified) * (start.isPresent() ? 1 : UNTOLD_FACTOR), before == null ? 0 : before.bytes());
            turn = makeRoomInTurn(version, least);
            OptionalLong empty = budget.meter().resident();
            long startNanos = budget.meter().nanos();
            ModelLoader.Ready ready = load.get();
            try {
                double seconds = (budget.meter().nanos() - startNanos) / 1e9;
                long bytes = Math.max(least, growth(empty, budget.meter().resident()));
                makeRoom(version, bytes, patience);
                return new Admitted(ready, residents.enter(version, verified.digests(), bytes, seconds));
            } catch (Throwable e) {
                ready.model().close();
                throw e;
            }
        } finally {
            loading.unlock();
            if (turn) {
                turns.end();
            }
        }
    }

    /** Makes room; waits for it in its turn, and then without holding up other loads. Gives whether it has one. */
    private boolean makeRoomInTurn(VersionId version, long bytes) {
        try {
            makeRoom(version, bytes, 0);
            return false;
        } catch (OverloadedException e) { // not without waiting
            boolean turn = false;
            loading.unlock();
            try {
                turn = turns.awaitLoad(version.model());
            } finally {
                loading.lock();
            }
            try {
                makeRoom(version, bytes, patience);
                return turn;
            } catch (Throwable failed) {
                if (turn) {
                    turns.end();
                }
                throw failed;
            }
        }
    }

    private static long size(VerifiedModel verified) {
        long size = verified.bytes().length;
        for (byte[] companion : verified.companions().values()) {
            size += companion.length;
        }
        return size;
    }

    private static long growth(OptionalLong before, OptionalLong after) {
        return before.isPresent() && after.isPresent() ? after.getAsLong() - before.getAsLong() : 0;
    }

    private void makeRoom(VersionId version, long bytes, long patience) {
        long start = System.nanoTime();
        boolean interrupted = false;
        while (true) {
            try {
                Served victim = residents.victim(version, bytes, patience - (System.nanoTime() - start));
                if (victim == null) {
                    break;
                }
                victim.drainAndClose(Duration.ZERO);
                meters.evicted(victim.version().model());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets nobody wait for room any more. */
    void stop() {
        residents.stop();
    }

    @Override
    public void close() {
        meters.close();
    }
}
