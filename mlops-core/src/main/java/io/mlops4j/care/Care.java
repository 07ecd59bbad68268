package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks after a store: says what is broken in it, puts broken blobs aside, and collects garbage. Readers and writers may
 * go on meanwhile.
 *
 * <pre>{@code
 * Care care = Care.of(store, clock);
 * VerifyReport report = care.verify();
 * if (!report.isHealthy()) {
 *     System.out.println(report);
 *     care.quarantine(report);
 * }
 * System.out.println(care.garbage().preview());
 * }</pre>
 *
 * <p>Immutable; thread-safe.
 */
public final class Care {
    private final ObjectStore store;
    private final Clock clock;

    private Care(ObjectStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Looks after a store.
     *
     * @param store stays its owner's
     * @param clock dates reports and marks
     * @return care for it
     */
    public static Care of(ObjectStore store, Clock clock) {
        return new Care(requireNonNull(store, "store"), requireNonNull(clock, "clock"));
    }

    /**
     * Looks at everything: the digest of every blob, the checksum and the chain of every commit, every checkpoint
     * against its log, every file that a version or a run refers to, and every key. It reads the whole store, holds one
     * commit or 64 KiB of a blob in memory at a time, and changes nothing.
     *
     * <p>What it cannot find: that the newest commits of a log are missing, unless a checkpoint is newer than what is
     * left; and, in a newest commit from before commits had checksums, a changed byte that still makes sense.
     *
     * @return what was found
     * @throws CorruptionException if the store holds something that cannot even be listed, such as a link to a folder
     * @throws StorageException if the store cannot be listed; single objects that cannot be read are findings
     */
    public VerifyReport verify() {
        return new Verification(store, clock, discarded(), Optional.empty()).run();
    }

    /**
     * Looks at everything, as {@link #verify()}, and tells how far it has come. To know how many bytes there are, each
     * blob is looked up once more.
     *
     * @param listener hears of progress
     * @return what was found
     * @throws CorruptionException if the store holds something that cannot even be listed, such as a link to a folder
     * @throws StorageException if the store cannot be listed; single objects that cannot be read are findings
     */
    public VerifyReport verify(Progress.Listener listener) {
        return new Verification(store, clock, discarded(), Optional.of(listener)).run();
    }

    /**
     * Puts the corrupt blobs of a report aside: each is looked at again, copied to
     * {@code quarantine/<digest>/<time>-<random>} and deleted where it was. After that, reading it fails with a
     * {@link io.mlops4j.NotFoundException}, and publishing the same file again heals it. Everything else that a report
     * lists is left as it is.
     *
     * @param report of a verification of this store
     * @return what was done
     * @throws StorageException if the store failed half-way; no byte is lost, and it can be done again
     */
    public QuarantineReport quarantine(VerifyReport report) {
        return new Quarantine(store, clock).run(report.findings(Finding.Kind.CORRUPT_BLOB));
    }

    /**
     * The collector of garbage.
     *
     * @return with a grace period of {@link GarbageCollector#DEFAULT_GRACE}
     */
    public GarbageCollector garbage() {
        return new GarbageCollector(store, clock, this::discarded, GarbageCollector.DEFAULT_GRACE);
    }

    /**
     * The versions that were given up, whose files are not needed any more; none if the registry cannot be opened, which
     * whoever reads the logs says better.
     */
    private Set<String> discarded() {
        try {
            return StoreRegistry.open(store, clock).view().discarded().stream()
                    .map(VersionId::toString)
                    .collect(Collectors.toUnmodifiableSet());
        } catch (CorruptionException | StorageException e) {
            return Set.of();
        }
    }
}
