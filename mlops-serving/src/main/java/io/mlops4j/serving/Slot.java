package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/*
 * One served model, and how it is exchanged under load.
 *
 *  - `current` is what requests go to. A request reads it once, takes a lease, and stays with that version to the end.
 *    If the version was retired between the read and the lease, the lease is refused; by then `current` is newer, so
 *    reading again makes progress.
 *  - Swaps of one slot are serialised by `swapping`, which is held while a version is resolved, loaded and warmed: so the
 *    last swap to begin is the last to take effect, and what an alias pointed at when a swap began is what it sets.
 *    Requests never touch the lock.
 *  - The old version is drained outside the lock, by the thread that swapped: the next swap need not wait for it.
 *  - A model that follows policies has them all in `byPolicy`, with the version that each points at; `current` is that of
 *    the first. A version that several mean is loaded once, and drained when nothing points at it any more. Requests that
 *    name a policy read `byPolicy` as the others read `current`: it is one snapshot, so a version that one policy hands to
 *    another is not missed in between.
 *  - Meters belong to a version, not to its loading: they are made under the lock, and removed under it when the last
 *    loading of the version is gone.
 *  - A candidate of a rollout is a second loaded version, named by `contest`; requests read that once too. It ends by
 *    becoming `current`, when the alias moves to it, or by being withdrawn; both under the lock.
 *  - A version that was evicted for want of memory stays what the pointers name; whoever finds it so has it loaded again,
 *    under the lock like any other version, and all pointers that named the evicted loading then name the new one. What the
 *    lock's holder has loaded, or found loaded, is held in the memory budget until it is pointed at; a candidate is kept for
 *    as long as its contest.
 *  - Closing takes the lock, so it waits for a swap that is under way, and then sets `current` to null and empties
 *    `byPolicy` for ever.
 */
/**
 * One served model.
 *
 * <p>Thread-safe.
 */
final class Slot {
    private final ModelName name;
    private final @Nullable Following following;
    private final ModelLoader loader;
    private final Duration drainTimeout;
    private final Set<Served> loaded = ConcurrentHashMap.newKeySet();
    private final ReentrantLock swapping = new ReentrantLock();
    private final Reloads reloads = new Reloads(this);

    @GuardedBy("swapping") private int files;

    /** Where the file that is served is read again; null if nothing is ever evicted. */
    @GuardedBy("swapping") private @Nullable Function<String, VerifiedModel> reopened;

    @GuardedBy("swapping") private boolean closed;

    private volatile @Nullable Served current;

    private volatile @Nullable Contest contest;

    private volatile Map<VersionPolicy, Served> byPolicy = Map.of();

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
        this.loader = loader;
        this.drainTimeout = drainTimeout;
    }

    ModelName name() {
        return name;
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

    /** Null if the version is to be loaded again. */
    private @Nullable Served tryPin(Request request) {
        while (true) {
            Served served = meant(request);
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
        VersionPolicy policy = request.policy().orElse(null);
        if (policy != null) {
            return meant(policy);
        }
        Served served = current;
        if (served == null) {
            throw closed();
        }
        return served;
    }

    private Served meant(VersionPolicy policy) {
        Served served =
                policy instanceof VersionPolicy.Pinned pinned ? pointedAt(pinned.version()) : byPolicy.get(policy);
        if (served != null) {
            return served;
        }
        if (current == null) {
            throw closed();
        }
        throw new NotFoundException("Cannot answer a request to model " + name + " by " + policy
                + ": it is not served here, expected one of " + versions()
                + (following == null ? "" : " or of " + following.policies()));
    }

    /** Whether requests by a policy go to this loading of a version now; null means those that name none. */
    boolean means(@Nullable VersionPolicy policy, Served served) {
        if (policy == null) {
            return current == served;
        }
        return policy instanceof VersionPolicy.Pinned pinned
                ? pointedAt(pinned.version()) == served
                : byPolicy.get(policy) == served;
    }

    /** The loading of a version that requests go to, if there is one. */
    private @Nullable Served pointedAt(VersionId version) {
        for (Served served : pointedAt()) {
            if (served.version().equals(version)) {
                return served;
            }
        }
        return null;
    }

    /** What requests go to, as of one moment. */
    private Collection<Served> pointedAt() {
        if (following != null) {
            return byPolicy.values();
        }
        Served file = current;
        return file == null ? List.of() : List.of(file);
    }

    private IllegalStateException closed() {
        return new IllegalStateException("Cannot ask model " + name + ": the server is closed");
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

    /** Whether its versions change with what a registry says. */
    boolean isFollowing() {
        return following != null;
    }

    /** Loads a candidate beside what serves. */
    Contest challenge(VersionId version, Function<Served, Contest> make) {
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
            if (!pointedAt().contains(candidate)) {
                retire(candidate);
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
        retire(candidate);
    }

    Optional<VersionId> version() {
        return Optional.ofNullable(current).map(Served::version);
    }

    /** The versions that policies point at. */
    SortedSet<VersionId> versions() {
        SortedSet<VersionId> all = new TreeSet<>();
        pointedAt().forEach(served -> all.add(served.version()));
        return all;
    }

    int loadedVersions() {
        return (int) loaded.stream().filter(served -> !served.isEvicted()).count();
    }

    long leases() {
        return loaded.stream().mapToLong(served -> served.lease().held()).sum();
    }

    /** Serves what the policies mean now, each as far as that can be done; loads nothing that is served already. */
    VersionId refresh() {
        Following followed = following;
        if (followed == null) {
            throw new IllegalStateException(
                    "Cannot refresh model " + name + ": it is served from a file, expected an alias; swap the file");
        }
        List<VersionId> versions = new ArrayList<>();
        RuntimeException failure = null;
        for (VersionPolicy policy : followed.policies()) {
            try {
                versions.add(follow(policy, followed));
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return versions.get(0);
    }

    /** Serves what the alias of {@link #alias()} points at now. */
    void refreshAlias() {
        Following followed = following;
        if (followed != null) {
            follow(followed.first(), followed);
        }
    }

    private VersionId follow(VersionPolicy policy, Following followed) {
        ModelSource source = followed.source();
        Served old;
        VersionId version;
        swapping.lock();
        try {
            requireOpen();
            version = policy.resolve(source);
            Served serving = byPolicy.get(policy);
            if (serving != null && serving.version().equals(version)) {
                return version;
            }
            Served next = standing(version, source);
            loaded.add(next);
            Map<VersionPolicy, Served> pointers = new HashMap<>(byPolicy);
            pointers.put(policy, next);
            byPolicy = Map.copyOf(pointers);
            current = byPolicy.get(followed.first());
            next.letGo();
            old = unlessMeant(serving);
        } finally {
            swapping.unlock();
        }
        retire(old);
        return version;
    }

    /** A version that is in use here already, or else a new loading of it; held either way. */
    @GuardedBy("swapping") private Served standing(VersionId version, ModelSource source) {
        Served pointedAt = pointedAt(version);
        if (pointedAt != null) {
            return pointedAt.tryHold() ? pointedAt : anew(pointedAt);
        }
        Contest there = contest;
        return there != null
                        && there.candidate().version().equals(version)
                        && there.candidate().tryHold()
                ? there.candidate()
                : loader.load(version, source.open(version));
    }

    /** Brings an evicted version back, unless it is not meant any more. Gives what to do when who waited has been told. */
    Runnable reload(Served evicted) {
        swapping.lock();
        try {
            if (closed) {
                throw closed();
            }
            if (!pointedAt().contains(evicted)) {
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
        Map<VersionPolicy, Served> pointers = new HashMap<>(byPolicy);
        pointers.replaceAll((policy, served) -> served == evicted ? next : served);
        byPolicy = Map.copyOf(pointers);
        if (current == evicted) {
            current = next;
        }
        return next;
    }

    @GuardedBy("swapping") private Served reloaded(Served evicted, VersionId version) {
        MemoryMeters meters = requireNonNull(loader.memory()).meters();
        try {
            Served next = loader.reload(evicted, reopened(version));
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
        boolean meant = old == null || pointedAt().contains(old) || (there != null && there.candidate() == old);
        return meant ? null : old;
    }

    /** Serves another file; the version's number counts the files that were served here. */
    VersionId swap(Function<String, VerifiedModel> file) {
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
            Served next = loader.load(version, file.apply(version.toString()));
            loaded.add(next);
            old = current;
            current = next;
            files++;
            reopened = loader.memory() == null ? null : file;
            next.letGo();
        } finally {
            swapping.unlock();
        }
        retire(old);
        return version;
    }

    @GuardedBy("swapping") private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Cannot swap model " + name + ": the server is closed");
        }
    }

    /** A worker, or who holds a snapshot, does not wait for versions to drain: it may be what they wait for. */
    private void retire(@Nullable Served old) {
        if (old == null) {
            return;
        }
        old.leave();
        if (WorkerThread.isCurrent() || Snapshot.isHeldHere()) {
            new WorkerThread(() -> drain(old), "mlops-retire-" + old.version()).start();
        } else {
            drain(old);
        }
    }

    private void drain(Served old) {
        old.drainAndClose(drainTimeout);
        forget(old);
    }

    /** A version may be back already, when an alias went away and returned; its meters are then in use again. */
    private void forget(Served old) {
        swapping.lock();
        try {
            loaded.remove(old);
            if (loaded.stream().noneMatch(other -> other.version().equals(old.version()))) {
                old.meters().close();
            }
        } finally {
            swapping.unlock();
        }
    }

    /** Ends serving and waits until every request has its answer. Closing twice is closing once. */
    void close() {
        Contest ended = contest;
        if (ended != null) {
            withdraw(ended);
        }
        Set<Served> last;
        swapping.lock();
        try {
            closed = true;
            last = new HashSet<>(loaded); // those that others are draining too: closing waits for them
            current = null;
            byPolicy = Map.of();
        } finally {
            swapping.unlock();
        }
        last.forEach(this::retire);
    }
}
