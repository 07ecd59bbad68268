package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The embedded registry: a fold over the commit log {@code registry} of any {@link ObjectStore}, with the files of
 * versions as blobs beside it. Any number of registries, in any number of processes and machines, may work on one store
 * at the same time.
 *
 * <p>All models share one log, so that every change has one place in one order, and one commit can move several
 * aliases. Registering and moving append one commit each; a writer that was overtaken reads on and decides again. State
 * is kept in memory, some kilobyte a version.
 *
 * <p>Thread-safe.
 */
public final class StoreRegistry implements ModelRegistry {
    private static final String LOG = "registry";

    private final BlobStore blobs;
    private final Replica<RegistryState> replica;
    private final AliasFeed feed;
    private final RegistryFeed changes;

    private StoreRegistry(BlobStore blobs, CommitLog log) {
        this.blobs = blobs;
        this.replica = Replica.open(log, new RegistryFold());
        this.feed = new AliasFeed(replica::state);
        this.changes = new LogFeed(log, () -> {
            refresh();
            return replica.position();
        });
    }

    /**
     * Opens the registry of a store, which comes into being with its first version.
     *
     * @param store holds log and blobs; stays open when the registry is no longer used
     * @param clock stamps versions and moves
     * @return the registry, up to date
     * @throws CorruptionException if the log's chain is broken, or a commit makes no sense
     * @throws StorageException if the store could not be read
     */
    public static StoreRegistry open(ObjectStore store, Clock clock) {
        requireNonNull(store, "store");
        return new StoreRegistry(BlobStore.in(store, clock), CommitLog.open(store, LOG, clock));
    }

    @Override
    public ModelVersion register(Registration registration) {
        if (registration.files().isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot register a version of model " + registration.model() + ": it has no file");
        }
        List<Artifact> files = new ArrayList<>();
        registration
                .files()
                .forEach((name, content) -> files.add(new Artifact(name, blobs.put(content), content.size())));
        RegistryState after = replica.update(state -> RegistryRules.register(state, registration, files));
        feed.ring();
        ModelState model = after.model(registration.model());
        return registration
                .idempotencyKey()
                .flatMap(model::registered)
                .orElseGet(() -> after.version(registration.model().version(model.count())));
    }

    @Override
    public List<AliasMove> move(List<MoveRequest> requests) {
        List<MoveRequest> wishes = List.copyOf(requests);
        if (wishes.isEmpty()) {
            throw new IllegalArgumentException("Cannot move no alias: expected at least one");
        }
        RegistryState after = replica.update(state -> MoveRules.move(state, wishes));
        feed.ring();
        return wishes.stream().map(wish -> newest(after, wish.alias())).toList();
    }

    private static AliasMove newest(RegistryState state, Alias alias) {
        return state.model(alias.model())
                .alias(alias.name())
                .moves()
                .newest()
                .orElseThrow(() -> new IllegalStateException("Alias " + alias + " was moved, and is not"));
    }

    @Override
    public VersionRecord edit(EditRequest request) {
        RegistryState after = replica.update(state -> EditRules.edit(state, request));
        feed.ring();
        return after.record(request.version());
    }

    @Override
    public PolicySetting setPolicy(PolicyRequest request) {
        RegistryState after = replica.update(state -> EditRules.policy(state, request));
        feed.ring();
        return after.model(request.model())
                .policies(request.alias())
                .newest()
                .orElseThrow(() -> new IllegalStateException("Policy of " + request.model() + " was set, and is not"));
    }

    @Override
    public RegistryView view() {
        return replica.state();
    }

    @Override
    public RegistryView refresh() {
        RegistryState state = replica.refresh();
        feed.ring();
        return state;
    }

    @Override
    public InputStream open(VersionId version, String file) {
        return reading(version, file, blobs::open);
    }

    @Override
    public byte[] bytes(VersionId version, String file, int limit) {
        return reading(version, file, digest -> blobs.bytes(digest, limit));
    }

    /** Files of a discarded version may be there still, for others have them too or they wait to be collected. */
    private <T> T reading(VersionId version, String file, Function<Digest, T> read) {
        Digest digest = version(version).file(file).digest();
        requireKept(replica.state(), version);
        try {
            return read.apply(digest);
        } catch (NotFoundException e) {
            requireKept(replica.refresh(), version);
            throw e;
        }
    }

    private static void requireKept(RegistryState state, VersionId version) {
        VersionRecord record = state.record(version);
        if (record.lifecycle() == Lifecycle.DISCARDED) {
            VersionChange change = record.lifecycleChange().orElseThrow();
            throw new NotFoundException("Cannot read files of version " + version + ": it was discarded at "
                    + change.time() + " by " + Text.quote(change.actor()) + ": " + Text.quote(change.reason()));
        }
    }

    @Override
    public Subscription onMove(AliasListener listener) {
        return feed.subscribe(listener);
    }

    @Override
    public RegistryFeed changes() {
        return changes;
    }

    @Override
    public Set<RegistryCapability> capabilities() {
        return EnumSet.allOf(RegistryCapability.class);
    }
}
