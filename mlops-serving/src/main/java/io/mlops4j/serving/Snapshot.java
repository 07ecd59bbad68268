package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * One leased version of each model of an ensemble, as they were served together at one moment.
 *
 *  - The versions are pinned one after the other, and then each is looked at again. If all are still what a request would
 *    be given now, all of them were so between the last pin and the first look: that is the moment. If not, somebody has
 *    swapped meanwhile; all go back and it begins anew. So who swaps A before B can rely on it that no answer has the new
 *    B beside the old A. (A version that is replaced and comes back while it stays loaded, as a registry's may by two moves
 *    of an alias, is taken for one that has stayed.)
 *  - A version that was evicted is waited for, with the leases on the others held: they must all be in memory together. Were
 *    two to do so at once, each could hold what the other's must be evicted for; so one at a time does, when its turn has
 *    come (Turns), and until then holds nothing. Who finds all models loaded passes it by.
 *  - Who may be what the one whose turn it is waits for does not wait for a turn: a worker, which may have to tell him that
 *    his version is back; a thread that holds another snapshot; and what is called inside of a swap.
 *  - Leases are held from before the first step until after the last, so retired versions drain only when the ensembles that
 *    use them are through. Nothing here waits for a swap while it holds a lease: a swap that is called by a thread that
 *    holds a snapshot, from an interceptor or a function, leaves the draining to another thread, or it would wait for
 *    itself. Hence the thread-local.
 *  - It says on which threads: those that do something for it that may run the host's code. It may be closed by any.
 */
/**
 * What answers one request to an ensemble: a leased version of each of its models.
 *
 * <p>Confined to one thread at a time while it is pinned; thread-safe then, to be closed once.
 */
final class Snapshot implements AutoCloseable {
    private static final ThreadLocal<@Nullable Snapshot> HELD = new ThreadLocal<>();

    private final Map<ModelName, Pin> pins = new LinkedHashMap<>();

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

        /** A question to the version, asked now. */
        Call call(Request question) {
            return new Call(served, question, System.nanoTime());
        }

        /** An id whose outcome counts for neither side of a rollout: the version was not chosen by chance. */
        String turned(String id) {
            Contest now = contest == null ? slot.contest() : contest; // a request by policy takes part in none
            if (now != null) {
                now.turned(id);
            }
            return id;
        }

        private boolean isServedNow() {
            return isCandidate() ? slot.contest() == contest : slot.means(policy, served);
        }
    }

    private Snapshot() {}

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
            Snapshot loaded = tryPinAll(slots, request, key);
            Snapshot pinned = loaded == null ? pinInTurn(slots, request, start, key) : loaded;
            if (pinned.isServedNow()) {
                return pinned;
            }
            pinned.close();
        }
    }

    /** Pins if no version was evicted; else holds nothing and gives null. */
    private static @Nullable Snapshot tryPinAll(Collection<Slot> slots, Request request, @Nullable String key) {
        var snapshot = new Snapshot();
        boolean all = false;
        try {
            all = snapshot.during(() -> snapshot.tryWithAll(slots, request, key));
        } finally {
            if (!all) {
                snapshot.close();
            }
        }
        return all ? snapshot : null;
    }

    private boolean tryWithAll(Collection<Slot> slots, Request request, @Nullable String key) {
        for (Slot slot : slots) {
            Pin pin = tryPin(slot, request, key);
            if (pin == null) {
                return false;
            }
            with(pin);
        }
        return true;
    }

    private static Snapshot pinInTurn(Collection<Slot> slots, Request request, long start, @Nullable String key) {
        Turns turns = turns(slots);
        if (turns == null || WorkerThread.isCurrent() || isHeldHere() || NestedSwaps.isInside()) {
            return pinWaiting(slots, request, start, key);
        }
        turns.await(names(slots), request, start);
        try {
            return pinWaiting(slots, request, start, key);
        } finally {
            turns.end();
        }
    }

    /** Those of the memory budget; null if there is none. */
    private static @Nullable Turns turns(Collection<Slot> slots) {
        MemoryLedger memory = slots.iterator().next().memory();
        return memory == null ? null : memory.turns();
    }

    private static Set<ModelName> names(Collection<Slot> slots) {
        return slots.stream().map(Slot::name).collect(Collectors.toSet());
    }

    private static Snapshot pinWaiting(Collection<Slot> slots, Request request, long start, @Nullable String key) {
        var snapshot = new Snapshot();
        try {
            return snapshot.during(() -> {
                slots.forEach(slot -> snapshot.with(pin(slot, request, start, key)));
                return snapshot;
            });
        } catch (Throwable e) {
            snapshot.close();
            throw e;
        }
    }

    /** Pins as {@link #pin} does, or as {@link #pinServed} if there is no key, without blocking. */
    static CompletionStage<Snapshot> pinLater(
            Collection<Slot> slots, Request request, long start, @Nullable String key) {
        try {
            Snapshot loaded = tryPinAll(slots, request, key);
            CompletionStage<Snapshot> pinning = loaded == null
                    ? pinInTurnLater(slots, request, start, key)
                    : CompletableFuture.completedFuture(loaded);
            return pinning.thenCompose(pinned -> pinned.orLater(slots, request, start, key));
        } catch (Throwable e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletionStage<Snapshot> pinInTurnLater(
            Collection<Slot> slots, Request request, long start, @Nullable String key) {
        Turns turns = turns(slots);
        return turns == null || NestedSwaps.isInside()
                ? pinWaitingLater(slots, request, start, key)
                : turns.later(names(slots), request, start, () -> pinWaitingLater(slots, request, start, key));
    }

    private static CompletionStage<Snapshot> pinWaitingLater(
            Collection<Slot> slots, Request request, long start, @Nullable String key) {
        var snapshot = new Snapshot();
        CompletionStage<Snapshot> pinning = CompletableFuture.completedFuture(snapshot);
        for (Slot slot : slots) {
            pinning = pinning.thenCompose(
                    so -> pinLater(slot, request, start, key).thenApply(so::with));
        }
        return pinning.whenComplete((done, e) -> {
            if (e != null) {
                snapshot.close();
            }
        });
    }

    private Snapshot with(Pin pin) {
        pins.put(pin.slot().name(), pin);
        return this;
    }

    private CompletionStage<Snapshot> orLater(
            Collection<Slot> slots, Request request, long start, @Nullable String key) {
        if (isServedNow()) {
            return CompletableFuture.completedFuture(this);
        }
        close();
        return pinLater(slots, request, start, key);
    }

    private static @Nullable Pin tryPin(Slot slot, Request request, @Nullable String key) {
        Wanted wanted = Wanted.of(slot, request, key);
        Served candidate = wanted.tryCandidate();
        Served served = candidate == null ? slot.tryPin(wanted.named()) : candidate;
        return served == null ? null : wanted.pin(served);
    }

    private static Pin pin(Slot slot, Request request, long start, @Nullable String key) {
        Wanted wanted = Wanted.of(slot, request, key);
        Served candidate = wanted.tryCandidate();
        return wanted.pin(candidate == null ? slot.pin(wanted.named(), start) : candidate);
    }

    private static CompletionStage<Pin> pinLater(Slot slot, Request request, long start, @Nullable String key) {
        Wanted wanted = Wanted.of(slot, request, key);
        Served candidate = wanted.tryCandidate();
        return candidate == null
                ? slot.pinned(wanted.named(), start, served -> CompletableFuture.completedFuture(wanted.pin(served)))
                : CompletableFuture.completedFuture(wanted.pin(candidate));
    }

    /** What a request wants of one model. */
    private record Wanted(
            Slot slot,
            Request named,
            @Nullable VersionPolicy policy,
            @Nullable Contest contest,
            @Nullable String key) {
        static Wanted of(Slot slot, Request request, @Nullable String key) {
            Optional<VersionPolicy> policy =
                    request.policy().filter(one -> one.model().equals(slot.name()));
            Contest contest = policy.isPresent() ? null : slot.contest();
            return new Wanted(slot, request.naming(policy), policy.orElse(null), contest, key);
        }

        @Nullable Served tryCandidate() {
            return contest == null || key == null ? null : contest.tryPin(key);
        }

        Pin pin(Served served) {
            return new Pin(slot, policy, served, contest);
        }
    }

    private boolean isServedNow() {
        return pins.values().stream().allMatch(Pin::isServedNow);
    }

    /**
     * Does something on this thread while the versions are held. A swap that it calls does not wait for them to drain.
     *
     * @return what it gives
     */
    <T> T during(Supplier<T> work) {
        Snapshot outer = HELD.get();
        HELD.set(this);
        try {
            return work.get();
        } finally {
            if (outer == null) {
                HELD.remove();
            } else {
                HELD.set(outer);
            }
        }
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
    }
}
