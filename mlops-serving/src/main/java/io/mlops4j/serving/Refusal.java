package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/*
 * What a candidate refuses is its failure only if others answer it. Until that is known, its place in the order of asking is
 * held; steps go on beside each other, so a refusal may also come when the whole is over.
 */
/**
 * The first refusal of a candidate while a request to an ensemble is under way.
 *
 * <p>Thread-safe.
 */
final class Refusal {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private @Nullable Attempt first;

    @GuardedBy("lock") private boolean over;

    /** A candidate has refused; only the first refusal is held. */
    void by(Attempt attempt) {
        lock.lock();
        try {
            if (first == null && !over) {
                first = attempt;
                return;
            }
        } finally {
            lock.unlock();
        }
        attempt.place().leave();
    }

    /** Others have answered. */
    void wasAlone() {
        Attempt refused = end();
        if (refused != null) {
            refused.refusedAlone();
        }
    }

    /** Nothing comes of it. */
    void drop() {
        Attempt refused = end();
        if (refused != null) {
            refused.place().leave();
        }
    }

    private @Nullable Attempt end() {
        lock.lock();
        try {
            over = true;
            Attempt refused = first;
            first = null;
            return refused;
        } finally {
            lock.unlock();
        }
    }
}
