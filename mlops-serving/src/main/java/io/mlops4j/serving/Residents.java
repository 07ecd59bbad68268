package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * What the loaded versions of a server take, and who goes when another one comes.
 *
 *  - Whoever holds `lock` takes nothing else. Loads come one at a time: see MemoryLedger.
 *  - `resident` is the sum over `residents`. A version is entered before anybody can ask it, and leaves when it is freed, not
 *    when it is retired: so what drains, and what is being freed, still counts. `resident` never exceeds the budget, for
 *    only a load adds to it, and makes room before it does.
 *  - Evicted is what has no lease: the lease is retired if, in the same step, none is held. From then on the version is like
 *    any other that is retired, and freed by the same means, outside of `lock`.
 *  - A version is not evicted while it is held: from its loading until its slot points at it, and those who waited for it have
 *    their leases. Nor while it is kept: as pinned, or as a candidate. What is kept may stay for ever, so what does not fit
 *    beside it is refused at once; all else is waited for.
 *  - What is kept must leave room for each version that is served beside it, resident or evicted: those are the `promised`.
 *    Else one that was evicted for it could never come back.
 *  - Waiting: `waiting` is set before leases are looked at, and a lease that falls to zero looks at `waiting` after that. One
 *    of the two sees the other, so no wake-up is lost; and with nobody waiting a release costs one volatile read.
 */
/**
 * The loaded versions of a server, what each of them takes, and which is to go.
 *
 * <p>Thread-safe.
 */
final class Residents {
    private static final Duration RETRY_AFTER = Duration.ofMillis(100);

    private final MemoryBudget budget;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock") private final Set<Residence> residents = new LinkedHashSet<>();

    /** What is served, evicted or not. */
    @GuardedBy("lock") private final Set<Residence> promised = new LinkedHashSet<>();

    @GuardedBy("lock") private long resident;

    @GuardedBy("lock") private boolean closed;

    private volatile boolean waiting;

    /** L of the eviction rule; only a loading thread writes it. */
    private volatile double clock;

    private record Valued(Residence residence, Served served, double value) {}

    Residents(MemoryBudget budget) {
        this.budget = budget;
    }

    /** What the loaded versions take together, in bytes. */
    long bytes() {
        lock.lock();
        try {
            return resident;
        } finally {
            lock.unlock();
        }
    }

    /** Enters what was loaded; it is held. */
    Residence enter(VersionId version, Map<String, Digest> digests, long bytes, double seconds) {
        lock.lock();
        try {
            var residence = new Residence(version, digests, bytes, seconds);
            residents.add(residence);
            resident += bytes;
            return residence;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What must be freed next, already retired; null if there is room. Waits if that can come of it.
     *
     * @param patience how long to wait at most, in nanoseconds
     * @throws RejectedModelException if there is not room enough, whatever is evicted
     * @throws OverloadedException if requests under way kept the room for that long
     */
    @Nullable Served victim(VersionId version, long bytes, long patience) throws InterruptedException {
        long left = patience;
        lock.lock();
        try {
            while (resident + bytes > budget.bytes()) {
                requirePossible(version, bytes);
                waiting = true;
                Served victim = retireLeastValuable();
                if (victim != null) {
                    return victim;
                }
                if (left <= 0) {
                    throw new OverloadedException(
                            tooLarge(version, bytes) + "; requests are under way in it", RETRY_AFTER);
                }
                left = changed.awaitNanos(left);
            }
            return null;
        } finally {
            waiting = false;
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void requirePossible(VersionId version, long bytes) {
        if (closed) {
            throw new IllegalStateException("Cannot load model " + version + ": the server is closed");
        }
        requireRoomBesideKept(version, bytes, null, budget.pinned().contains(version.model()));
    }

    /** Refuses what does not fit beside what stays; and, if it is to stay itself, what leaves no room for the others. */
    @GuardedBy("lock") private void requireRoomBesideKept(VersionId version, long bytes, @Nullable Residence itself, boolean stays) {
        long kept = 0;
        for (Residence residence : residents) {
            kept += residence.isKept() && residence != itself ? residence.bytes : 0;
        }
        long largest = 0;
        for (Residence residence : promised) {
            if (stays && !residence.isKept() && residence != itself) {
                largest = Math.max(largest, residence.bytes);
            }
        }
        if (kept + bytes + largest > budget.bytes()) {
            String why = tooLarge(version, bytes) + "; what is pinned or a candidate stays there, "
                    + (largest == 0
                            ? "and is too much"
                            : "and must leave " + largest + " B for what is served besides");
            throw new RejectedModelException(why, new NoRoom(why));
        }
    }

    @GuardedBy("lock") private String tooLarge(VersionId version, long bytes) {
        List<String> there = new ArrayList<>();
        residents.forEach(residence -> there.add(residence.toString()));
        return "Cannot load model " + version + " of " + bytes + " B: it does not fit into the memory budget of "
                + budget.bytes() + " B beside " + there;
    }

    @GuardedBy("lock") private @Nullable Served retireLeastValuable() {
        List<Valued> all = new ArrayList<>();
        for (Residence residence : residents) {
            Served served = residence.evictable();
            if (served != null) {
                all.add(new Valued(residence, served, residence.value()));
            }
        }
        all.sort(Comparator.comparingDouble(Valued::value));
        for (Valued least : all) {
            if (least.served.tryEvict()) {
                clock = Math.max(clock, least.value);
                return least.served;
            }
        }
        return null;
    }

    /** Hears that a lease fell to zero. */
    void idle() {
        if (waiting) {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Lets nobody wait for room any more. */
    void stop() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * One loaded version's place in the budget.
     *
     * <p>Thread-safe.
     */
    final class Residence {
        private final VersionId version;
        private final Map<String, Digest> digests;
        private final long bytes;
        private final double seconds;
        private final LongAdder uses = new LongAdder();
        private volatile double usedAt = clock;

        @GuardedBy("lock") private @Nullable Served served;

        @GuardedBy("lock") private int holds = 1;

        @GuardedBy("lock") private int kept;

        Residence(VersionId version, Map<String, Digest> digests, long bytes, double seconds) {
            this.version = version;
            this.digests = Map.copyOf(digests);
            this.bytes = bytes;
            this.seconds = seconds;
            this.kept = budget.pinned().contains(version.model()) ? 1 : 0;
        }

        Residents residents() {
            return Residents.this;
        }

        long bytes() {
            return bytes;
        }

        /** Demands the bytes that were loaded before. */
        void requireSame(VerifiedModel verified) {
            if (!verified.digests().equals(digests)) {
                throw new RejectedModelException("Cannot load model " + version + " again: its files have "
                        + verified.digests() + ", expected " + digests + " as before it was evicted");
            }
        }

        /** Counts a use. Two at once may set the time twice; it is the same time, or nearly. */
        void used() {
            uses.increment();
            double now = clock;
            if (usedAt != now) {
                usedAt = now;
            }
        }

        /** Its loading counts as a use: so two that were never asked differ by what they cost. */
        private double value() {
            return usedAt + (1 + uses.sum()) * seconds / bytes;
        }

        private boolean isKept() {
            lock.lock();
            try {
                return kept > 0;
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Served evictable() {
            lock.lock();
            try {
                return holds == 0 && kept == 0 ? served : null;
            } finally {
                lock.unlock();
            }
        }

        /** Tells what frees it; until then it is not evicted. */
        void entered(Served model) {
            lock.lock();
            try {
                served = model;
                promised.add(this);
            } finally {
                lock.unlock();
            }
        }

        /** Keeps it from being evicted for a moment; false if it is too late. */
        boolean tryHold() {
            lock.lock();
            try {
                if (served == null || served.isEvicted()) {
                    return false;
                }
                holds++;
                return true;
            } finally {
                lock.unlock();
            }
        }

        void letGo() {
            lock.lock();
            try {
                holds--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** It is not served any more, or another loading of it is. */
        void leave() {
            lock.lock();
            try {
                promised.remove(this);
            } finally {
                lock.unlock();
            }
        }

        /**
         * Keeps it from being evicted for as long as it takes. Called while it is held.
         *
         * @throws RejectedModelException if that leaves no room for what is served besides
         */
        void keep() {
            lock.lock();
            try {
                requireRoomBesideKept(version, bytes, this, true);
                kept++;
            } finally {
                lock.unlock();
            }
        }

        void unkeep() {
            lock.lock();
            try {
                kept--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** It is retired: it goes when its requests have gone, pinned or not. */
        void retired() {
            lock.lock();
            try {
                kept = 0;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** Gives its bytes back. Giving twice is giving once. */
        void freed() {
            lock.lock();
            try {
                if (residents.remove(this)) {
                    resident -= bytes;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public String toString() {
            return version + " (" + bytes + " B)";
        }
    }
}
