package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * One served model, and how it is exchanged under load.
 *
 *  - `targets` are what requests go to. A request reads its own once, takes a lease, and stays with that version to the
 *    end. If the version was retired between the read and the lease, the lease is refused; by then the target is a newer
 *    one, so reading again makes progress.
 *  - Swaps of one slot are serialised by `swapping`, which is held while a version is resolved, loaded and warmed: so the
 *    last swap to begin is the last to take effect, and what an alias pointed at when a swap began is what it sets.
 *    Requests never touch the lock.
 *  - The old version is drained outside the lock, by the thread that swapped: the next swap need not wait for it.
 *  - A version that several policies mean is loaded once, and drained when nothing points at it any more.
 *  - Meters belong to a version, not to its loading: they are made under the lock, and removed under it when the last
 *    loading of the version is gone.
 *  - A candidate of a rollout is a second loaded version, named by `contest`; requests read that once too. It ends by
 *    becoming the target, when the alias moves to it, or by being withdrawn; both under the lock.
 *  - A version that was evicted for want of memory stays the target; whoever finds it so has it loaded again, under the
 *    lock like any other version, and all targets that were the evicted loading are then the new one. What the
 *    lock's holder has loaded, or found loaded, is held in the memory budget until it is pointed at; a candidate is kept for
 *    as long as its contest.
 *  - Closing takes the lock, so it waits for a swap that is under way; after it there are no targets for ever. A source or a
 *    runtime may close the server on the very thread that swaps, which has the lock already: so whoever has loaded something
 *    looks whether the slot is open still before it points there.
 */
/**
 * One served model.
 *
 * <p>Thread-safe.
 */
final class Slot {
    private final ModelName name;
    private final @Nullable Following following;
    private final Targets targets;
    private final ModelLoader loader;
    private final ReentrantLock swapping = new ReentrantLock();
    private final Loadings loaded;
    private final Reloads reloads = new Reloads(this);
    private final Runnable refreshing = this::refresh; // one, so that it is known when it is put off twice

    @GuardedBy("swapping") private int files;

    /** Where the file that is served is read again; null if nothing is ever evicted. */
    @GuardedBy("swapping") private @Nullable Function<String, VerifiedModel> reopened;

    @GuardedBy("swapping") private boolean closed;

    private volatile @Nullable Contest contest;

    /**
     * What is meant, and where that is found out.
     *
     * @param policies one or more; the first is for requests that name none
     * @param source where they are resolved
     */
    record Following(List<VersionPolicy> policies, ModelSource source) {
        VersionPolicy first() {
            return policies.get(0);
        }
    }

    Slot(ModelName name, @Nullable Following following, ModelLoader loader, Duration drainTimeout) {
        this.name = name;
        this.following = following;
        this.targets = new Targets(name, following == null ? List.of() : following.policies());
        this.loader = loader;
        this.loaded = new Loadings(swapping, drainTimeout);
    }

    ModelName name() {
        return name;
    }

    /** What keeps the server's memory budget, if there is one. */
    @Nullable MemoryLedger memory() {
        return loader.memory();
    }

    /** The version that requests go to, with a lease on it that the caller must release. */
    Served pin() {
        return pin(Request.PLAIN, 0);
    }

    /** The version that a request means, with a lease on it that the caller must release; waits if it was evicted. */
    Served pin(Request request, long start) {
        Served served = tryPin(request);
        return served == null ? reloads.await(request, start) : served;
    }

    /** Goes on with the version that a request means, leased: at once, or when it is back if it was evicted. */
    <T> CompletionStage<T> pinned(Request request, long start, Function<Served, CompletionStage<T>> then) {
        Served served = tryPin(request);
        MemoryLedger memory = loader.memory();
        return served == null && memory != null
                ? reloads.later(request, start, memory.deadlines(), then)
                : then.apply(served == null ? reloads.await(request, start) : served);
    }

    /** The version that a request means, with a lease on it that the caller must release; null if it was evicted. */
    @Nullable Served tryPin(Request request) {
        while (true) {
            Served served = targets.meant(request);
            if (tryLease(served)) {
                return served;
            }
            if (served.isEvicted()) {
                return null;
            }
        }
    }

    boolean tryLease(Served served) {
        if (!served.lease().tryAcquire()) {
            return false;
        }
        served.used();
        return true;
    }

    /** The loading that a request means; may be retired when it is looked at. */
    Served meant(Request request) {
        return targets.meant(request);
    }

    /** Whether requests by a policy go to this loading of a version now; null means those that name none. */
    boolean means(@Nullable VersionPolicy policy, Served served) {
        return (policy == null ? targets.current() : targets.of(policy)) == served;
    }

    /** The candidate that a rollout has set beside the version, if there is one. */
    @Nullable Contest contest() {
        return contest;
    }

    /** The alias that is followed by requests that name no policy, if it is one. */
    Optional<Alias> alias() {
        return following != null && following.first() instanceof VersionPolicy.Aliased aliased
                ? Optional.of(aliased.alias())
                : Optional.empty();
    }

    /** What it follows: versions that change with what a registry says; nothing if a file is served. */
    List<VersionPolicy> policies() {
        return following == null ? List.of() : following.policies();
    }

    /** Loads a candidate beside what serves. */
    Contest challenge(VersionId version, Function<Served, Contest> make) {
        return NestedSwaps.run(() -> challengeNow(version, make));
    }

    private Contest challengeNow(VersionId version, Function<Served, Contest> make) {
        Following followed = following;
        if (followed == null) {
            throw new IllegalStateException(
                    "Cannot roll out " + version + ": model " + name + " is served from a file, expected an alias");
        }
        swapping.lock();
        try {
            requireOpen();
            if (contest != null) {
                throw new IllegalStateException("Cannot roll out " + version + ": another rollout is under way here");
            }
            Served candidate = kept(standing(version, followed.source()));
            loaded.add(candidate);
            Contest made = make.apply(candidate);
            contest = made;
            return made;
        } finally {
            swapping.unlock();
        }
    }

    /** What was held is kept, if that leaves room for the others. */
    @GuardedBy("swapping") private Served kept(Served candidate) {
        try {
            candidate.keep();
        } catch (RejectedModelException e) {
            if (!targets.all().contains(candidate)) {
                loaded.retire(candidate);
            }
            throw e;
        } finally {
            candidate.letGo();
        }
        return candidate;
    }

    /** Ends a contest; its candidate is freed unless it is what serves now. */
    void withdraw(Contest ended) {
        Served candidate;
        swapping.lock();
        try {
            if (contest != ended) {
                return;
            }
            contest = null;
            ended.candidate().unkeep();
            candidate = unlessMeant(ended.candidate());
        } finally {
            swapping.unlock();
        }
        ended.close();
        loaded.retire(candidate);
    }

    Optional<VersionId> version() {
        return Optional.ofNullable(targets.current()).map(Served::version);
    }

    /** The versions that policies point at. */
    SortedSet<VersionId> versions() {
        return targets.versions();
    }

    Loadings loaded() {
        return loaded;
    }

    /**
     * Serves what the policies mean now, each as far as that can be done; loads nothing that is served already. Inside of
     * another swap, on its thread, that is put off until the other is over.
     *
     * @return the version that is served to requests that name no policy
     */
    VersionId refresh() {
        requireFollowing();
        if (NestedSwaps.putsOff(refreshing)) {
            return targets.meant(Request.PLAIN).version();
        }
        return NestedSwaps.run(this::refreshNow);
    }

    private VersionId refreshNow() {
        List<VersionId> versions = new ArrayList<>();
        RuntimeException failure = null;
        for (VersionPolicy policy : requireFollowing().policies()) {
            try {
                versions.add(follow(policy));
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return versions.get(0);
    }

    private Following requireFollowing() {
        if (following == null) {
            throw new IllegalStateException(
                    "Cannot refresh model " + name + ": it is served from a file, expected an alias; swap the file");
        }
        return following;
    }

    /** Serves what the alias of {@link #alias()} points at now. */
    void refreshAlias() {
        if (following != null) {
            refresh(following.first());
        }
    }

    /** Serves what one of the policies means now; put off inside of another swap, as a refresh of all is. */
    void refresh(VersionPolicy policy) {
        if (!NestedSwaps.putsOff(refreshing)) {
            NestedSwaps.run(() -> follow(policy));
        }
    }

    private VersionId follow(VersionPolicy policy) {
        ModelSource source = requireFollowing().source();
        Served old;
        VersionId version;
        swapping.lock();
        try {
            requireOpen();
            version = policy.resolve(source);
            Served serving = targets.at(policy);
            if (serving != null && serving.version().equals(version)) {
                return version;
            }
            Served next = standing(version, source);
            loaded.add(next);
            targets.point(policy, next);
            next.letGo();
            old = unlessMeant(serving);
        } finally {
            swapping.unlock();
        }
        loaded.retire(old);
        return version;
    }

    /** A version that is in use here already, or else a new loading of it; held either way. */
    @GuardedBy("swapping") private Served standing(VersionId version, ModelSource source) {
        Served pointedAt = targets.of(version);
        if (pointedAt != null) {
            return pointedAt.tryHold() ? pointedAt : anew(pointedAt);
        }
        Contest there = contest;
        return there != null
                        && there.candidate().version().equals(version)
                        && there.candidate().tryHold()
                ? there.candidate()
                : load(version, () -> source.open(version));
    }

    @GuardedBy("swapping") private Served load(VersionId version, Supplier<VerifiedModel> open) {
        VerifiedModel verified = open.get();
        requireOpen();
        return stillOpen(loader.load(version, verified));
    }

    /** Frees what was loaded if the slot was closed meanwhile, on this thread. */
    @GuardedBy("swapping") private Served stillOpen(Served next) {
        if (closed) {
            next.letGo();
            loaded.discard(next);
            requireOpen();
        }
        return next;
    }

    /** Brings an evicted version back, unless it is not meant any more. Gives what to do when who waited has been told. */
    Runnable reload(Served evicted) {
        return NestedSwaps.run(() -> reloadNow(evicted));
    }

    private Runnable reloadNow(Served evicted) {
        swapping.lock();
        try {
            if (closed) {
                throw targets.closed();
            }
            if (!targets.all().contains(evicted)) {
                return () -> {};
            }
            Served next = anew(evicted);
            return next::letGo;
        } finally {
            swapping.unlock();
        }
    }

    /** Loads again what was evicted, and points there. */
    @GuardedBy("swapping") private Served anew(Served evicted) {
        VersionId version = evicted.version();
        Served next = reloaded(evicted, version);
        loaded.add(next);
        loaded.remove(evicted);
        evicted.leave();
        targets.replace(evicted, next);
        return next;
    }

    @GuardedBy("swapping") private Served reloaded(Served evicted, VersionId version) {
        MemoryMeters meters = requireNonNull(loader.memory()).meters();
        try {
            VerifiedModel verified = reopened(version);
            requireOpen();
            Served next = stillOpen(loader.reload(evicted, verified));
            meters.reloaded(name);
            return next;
        } catch (Throwable e) {
            meters.failed(name);
            throw e;
        }
    }

    @GuardedBy("swapping") private VerifiedModel reopened(VersionId version) {
        if (following != null) {
            return following.source().open(version);
        }
        return requireNonNull(reopened).apply(version.toString());
    }

    /** What nothing points at any more, for who must free it; else null. */
    @GuardedBy("swapping") private @Nullable Served unlessMeant(@Nullable Served old) {
        Contest there = contest;
        boolean meant = old == null || targets.all().contains(old) || (there != null && there.candidate() == old);
        return meant ? null : old;
    }

    /** Serves another file; the version's number counts the files that were served here. */
    VersionId swap(Function<String, VerifiedModel> file) {
        return NestedSwaps.run(() -> swapNow(file));
    }

    private VersionId swapNow(Function<String, VerifiedModel> file) {
        if (following != null) {
            throw new IllegalStateException("Cannot serve a file as model " + name + ": it follows " + following.first()
                    + ", expected a move of the alias");
        }
        Served old;
        VersionId version;
        swapping.lock();
        try {
            requireOpen();
            version = name.version(files + 1);
            Served next = load(version, () -> file.apply(version.toString()));
            loaded.add(next);
            old = targets.point(next);
            files++;
            reopened = loader.memory() == null ? null : file;
            next.letGo();
        } finally {
            swapping.unlock();
        }
        loaded.retire(old);
        return version;
    }

    /** Whether this thread is inside of a swap of this model. */
    boolean isSwappingHere() {
        return swapping.isHeldByCurrentThread();
    }

    @GuardedBy("swapping") private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Cannot swap model " + name + ": the server is closed");
        }
    }

    /** Ends serving and waits until every request has its answer. Closing twice is closing once. */
    void close() {
        Contest ended = contest;
        if (ended != null) {
            withdraw(ended);
        }
        Collection<Served> last;
        swapping.lock();
        try {
            closed = true;
            last = loaded.all(); // those that others are draining too: closing waits for them
            targets.close();
        } finally {
            swapping.unlock();
        }
        last.forEach(loaded::retire);
    }
}
