package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of moves.
 *
 * <p>Thread-safe.
 */
final class AliasFeed {
    /*
     * Whoever changes the state rings; who rings first delivers for all, until nobody has rung since. So listeners are
     * called one at a time without a lock held: a listener may move an alias itself (its ring makes the loop go round
     * once more), or wait for a thread that does. A subscriber remembers the commit it has heard of, and asks the state
     * for what is newer, so that no move is told twice or left out.
     */
    private static final Logger LOG = LoggerFactory.getLogger(AliasFeed.class);

    private final Supplier<RegistryState> state;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final AtomicInteger rings = new AtomicInteger();

    AliasFeed(Supplier<RegistryState> state) {
        this.state = state;
    }

    Subscription subscribe(AliasListener listener) {
        var subscriber =
                new Subscriber(requireNonNull(listener, "listener"), state.get().lastCommit());
        subscribers.add(subscriber);
        return () -> {
            subscriber.closed = true;
            subscribers.remove(subscriber);
        };
    }

    void ring() {
        if (rings.getAndIncrement() > 0) {
            return;
        }
        int heard = 1;
        do {
            RegistryState now = state.get();
            subscribers.forEach(subscriber -> subscriber.tell(now));
            heard = rings.addAndGet(-heard);
        } while (heard > 0);
    }

    /** {@code heard} is touched by the delivering thread only; {@code rings} hands it over from one to the next. */
    private static final class Subscriber {
        private final AliasListener listener;
        private long heard;
        private volatile boolean closed;

        Subscriber(AliasListener listener, long heard) {
            this.listener = listener;
            this.heard = heard;
        }

        void tell(RegistryState state) {
            for (AliasMove move : state.movesAfter(heard)) {
                if (closed) {
                    return;
                }
                heard = move.commit();
                try {
                    listener.moved(move);
                } catch (Throwable e) {
                    // An error too: if it left this loop, no listener would ever hear of a move again.
                    LOG.error("A listener failed on the move of alias {}", move.alias(), e);
                }
            }
            heard = Math.max(heard, state.lastCommit());
        }
    }
}
