package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/*
 * One leased version of each model of an ensemble, as they were served together at one moment.
 *
 *  - The versions are pinned one after the other, and then each is looked at again. If all are still what a request would
 *    be given now, all of them were so between the last pin and the first look: that is the moment. If not, somebody has
 *    swapped meanwhile; all go back and it begins anew. So who swaps A before B can rely on it that no answer has the new
 *    B beside the old A. (A version that is replaced and comes back while it stays loaded, as a registry's may by two moves
 *    of an alias, is taken for one that has stayed.)
 *  - A version that was evicted is waited for, with the leases on the others held: they must all be in memory together.
 *  - Leases are held from before the first step until after the last, so retired versions drain only when the ensembles that
 *    use them are through. Nothing here waits for a swap while it holds a lease: a swap that is called by a thread that
 *    holds a snapshot, from an interceptor or a function, leaves the draining to another thread, or it would wait for
 *    itself. Hence the thread-local.
 *  - Opened and closed by the same thread, in order.
 */
/**
 * What answers one request to an ensemble: a leased version of each of its models.
 *
 * <p>Confined to one thread at a time.
 */
final class Snapshot implements AutoCloseable {
    private static final ThreadLocal<@Nullable Snapshot> HELD = new ThreadLocal<>();

    private final Map<ModelName, Pin> pins = new LinkedHashMap<>();
    private final @Nullable Snapshot outer = HELD.get();

    /**
     * A version that is leased.
     *
     * @param slot its model
     * @param policy what the request named it by; null if it named none
     * @param served the version
     * @param contest the rollout of the model, if the request takes part in it
     */
    record Pin(
            Slot slot,
            @Nullable VersionPolicy policy,
            Served served,
            @Nullable Contest contest) {
        /** Whether a rollout has chosen the version that is not served yet. */
        boolean isCandidate() {
            return contest != null && contest.candidate() == served;
        }

        private boolean isServedNow() {
            return isCandidate() ? slot.contest() == contest : slot.means(policy, served);
        }
    }

    private Snapshot() {
        HELD.set(this);
    }

    /** Pins what a request is to be answered by; a rollout may choose its candidate, by this key. */
    static Snapshot pin(Collection<Slot> slots, Request request, long start, String key) {
        return pinAll(slots, request, start, key);
    }

    /** Pins what is served, and no candidate. */
    static Snapshot pinServed(Collection<Slot> slots, Request request, long start) {
        return pinAll(slots, request, start, null);
    }

    private static Snapshot pinAll(Collection<Slot> slots, Request request, long start, @Nullable String key) {
        while (true) {
            var snapshot = new Snapshot();
            try {
                slots.forEach(slot -> snapshot.pins.put(slot.name(), pin(slot, request, start, key)));
                if (snapshot.pins.values().stream().allMatch(Pin::isServedNow)) {
                    return snapshot;
                }
            } catch (Throwable e) {
                snapshot.close();
                throw e;
            }
            snapshot.close();
        }
    }

    private static Pin pin(Slot slot, Request request, long start, @Nullable String key) {
        Optional<VersionPolicy> policy =
                request.policy().filter(one -> one.model().equals(slot.name()));
        Request named = request.naming(policy);
        if (policy.isPresent()) {
            return new Pin(slot, policy.get(), slot.pin(named, start), null);
        }
        Contest contest = slot.contest();
        Served candidate = contest == null || key == null ? null : contest.tryPin(key);
        return new Pin(slot, null, candidate == null ? slot.pin(named, start) : candidate, contest);
    }

    /** Whether this thread holds versions that it must not wait for. */
    static boolean isHeldHere() {
        return HELD.get() != null;
    }

    Pin of(ModelName model) {
        return requireNonNull(pins.get(model), "pin");
    }

    boolean hasCandidate() {
        return pins.values().stream().anyMatch(Pin::isCandidate);
    }

    /** Gives the leases back. */
    @Override
    public void close() {
        pins.values().forEach(pin -> pin.served().lease().release());
        if (outer == null) {
            HELD.remove();
        } else {
            HELD.set(outer);
        }
    }
}
