package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The lease, with the interleavings of its threads enumerated by a model checker: nobody is ever inside a model that was
 * freed, what was retired lets nobody in, and when all have left it is drained.
 *
 * <p>With the profile {@code campaign}, 25 times as many interleavings.
 */
@Timeout(900)
final class LeaseInterleavingsTest {
    private static final int INTERLEAVINGS = Boolean.getBoolean("campaign") ? 5_000 : 200;

    private static ModelCheckingOptions options() {
        return new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(8)
                .minimizeFailedScenario(false)
                .invocationsPerIteration(INTERLEAVINGS);
    }

    @Test
    void lease_everyInterleaving_isNeverFreedWhileHeld() {
        options().checkObstructionFreedom(true).check(Leased.class);
    }

    @Test
    void evictedLease_everyInterleaving_isNeverFreedWhileHeld() {
        options().checkObstructionFreedom(true).check(Evictable.class);
    }

    /** The canary: a counter that looks before it counts. */
    @Test
    void racyLease_isCaught() {
        assertThatThrownBy(() -> options().check(Racy.class))
                .isInstanceOf(LincheckAssertionError.class)
                .hasMessageContaining("inside a freed model");
    }

    /** A model under a lease that is freed when nobody is inside. Who is inside depends on who is looked at: nothing is told. */
    public static final class Evictable {
        private final Lease lease = new Lease();
        private volatile boolean freed;

        @Operation
        public void use() {
            if (lease.tryAcquire()) {
                boolean wrong = freed;
                lease.release();
                requireUsable(wrong);
            }
        }

        @Operation
        public void evict() {
            if (lease.tryRetireIdle()) {
                freed = true;
            }
        }

        @Validate
        public void isDrained() throws InterruptedException {
            if (lease.held() != 0 || (freed && !lease.awaitDrained(0))) {
                throw new IllegalStateException("nobody is inside, and it is not drained");
            }
        }
    }

    /** A model under a lease: used by some, retired and freed by others. */
    public static final class Leased {
        private final Lease lease = new Lease();
        private volatile boolean retired;
        private volatile boolean freed;

        /** Whether it was let in. */
        @Operation
        public boolean use() {
            if (!lease.tryAcquire()) {
                return false;
            }
            boolean wrong = freed;
            lease.release();
            requireUsable(wrong);
            return true;
        }

        @Operation
        public void free() throws InterruptedException {
            lease.retire();
            retired = true;
            if (lease.awaitDrained(0)) {
                freed = true;
            }
        }

        @Validate
        public void isDrained() throws InterruptedException {
            if (lease.held() != 0 || (retired && !lease.awaitDrained(0))) {
                throw new IllegalStateException("nobody is inside, and it is not drained");
            }
        }
    }

    /** The same with a counter that looks before it counts. */
    public static final class Racy {
        private final AtomicInteger held = new AtomicInteger();
        private volatile boolean retired;
        private volatile boolean freed;

        @Operation
        public boolean use() {
            if (retired) {
                return false;
            }
            held.incrementAndGet();
            boolean wrong = freed;
            held.decrementAndGet();
            requireUsable(wrong);
            return true;
        }

        @Operation
        public void free() {
            retired = true;
            if (held.get() == 0) {
                freed = true;
            }
        }
    }

    private static void requireUsable(boolean freed) {
        if (freed) {
            throw new IllegalStateException("inside a freed model");
        }
    }
}
