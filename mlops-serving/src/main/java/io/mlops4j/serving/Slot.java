package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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
 *  - Meters belong to a version, not to its loading: they are made under the lock, and removed under it when the last
 *    loading of the version is gone.
 *  - A candidate of a rollout is a second loaded version, named by `contest`; requests read that once too. It ends by
 *    becoming `current`, when the alias moves to it, or by being withdrawn; both under the lock.
 *  - Closing takes the lock, so it waits for a swap that is under way, and then sets `current` to null for ever.
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

    @GuardedBy("swapping") private int files;

    @GuardedBy("swapping") private boolean closed;

    private volatile @Nullable Served current;

    private volatile @Nullable Contest contest;

    /** An alias, and where it is resolved. */
    record Following(Alias alias, ModelSource source) {}

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
        while (true) {
            Served served = current;
            if (served == null) {
                throw new IllegalStateException("Cannot ask model " + name + ": the server is closed");
            }
            if (served.lease().tryAcquire()) {
                return served;
            }
        }
    }

    /** The candidate that a rollout has set beside the version, if there is one. */
    @Nullable Contest contest() {
        return contest;
    }

    /** The alias that is followed, if it is one. */
    Optional<Alias> alias() {
        return Optional.ofNullable(following).map(Following::alias);
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
            Served candidate = loader.load(version, followed.source().open(version));
            loaded.add(candidate);
            Contest made = make.apply(candidate);
            contest = made;
            return made;
        } finally {
            swapping.unlock();
        }
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
            candidate = ended.candidate() == current ? null : ended.candidate();
        } finally {
            swapping.unlock();
        }
        ended.close();
        retire(candidate);
    }

    Optional<VersionId> version() {
        return Optional.ofNullable(current).map(Served::version);
    }

    int loadedVersions() {
        return loaded.size();
    }

    long leases() {
        return loaded.stream().mapToLong(served -> served.lease().held()).sum();
    }

    /** Serves what the alias points at now; does nothing if that is served already. */
    VersionId refresh() {
        if (following == null) {
            throw new IllegalStateException(
                    "Cannot refresh model " + name + ": it is served from a file, expected an alias; swap the file");
        }
        Served old;
        VersionId version;
        swapping.lock();
        try {
            requireOpen();
            version = following.source().resolve(following.alias());
            Served serving = current;
            if (serving != null && serving.version().equals(version)) {
                return version;
            }
            Contest there = contest;
            Served next = there != null && there.candidate().version().equals(version)
                    ? there.candidate()
                    : loader.load(version, following.source().open(version));
            old = exchange(next);
        } finally {
            swapping.unlock();
        }
        retire(old);
        return version;
    }

    /** Serves another file; the version's number counts the files that were served here. */
    VersionId swap(Function<String, VerifiedModel> file) {
        if (following != null) {
            throw new IllegalStateException("Cannot serve a file as model " + name + ": it follows " + following.alias()
                    + ", expected a move of the alias");
        }
        Served old;
        VersionId version;
        swapping.lock();
        try {
            requireOpen();
            version = name.version(files + 1);
            old = exchange(loader.load(version, file.apply(version.toString())));
            files++;
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

    @GuardedBy("swapping") private @Nullable Served exchange(@Nullable Served next) {
        Served old = current;
        if (next != null) {
            loaded.add(next);
        }
        current = next;
        return old;
    }

    /** A worker does not wait for versions to drain: it may be what they wait for. */
    private void retire(@Nullable Served old) {
        if (old == null) {
            return;
        }
        if (WorkerThread.isCurrent()) {
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
        Served old;
        swapping.lock();
        try {
            closed = true;
            old = exchange(null);
        } finally {
            swapping.unlock();
        }
        retire(old);
    }
}
