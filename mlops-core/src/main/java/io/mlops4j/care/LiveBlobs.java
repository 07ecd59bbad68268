package io.mlops4j.care;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.json.ArtifactScan;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Commit;
import java.util.HashSet;
import java.util.Set;

/**
 * Strikes out of a set of blobs those that any commit of any log could refer to: its events are searched for digests,
 * whatever they mean. The files of discarded versions are the one exception, and only where the registry's log says
 * which files those are. A log that is broken anywhere ends it, as what cannot be read might refer to anything.
 *
 * <p>Confined to one thread.
 */
final class LiveBlobs implements LogWalk.Visitor {
    private static final String REGISTRY = "registry";

    private final Set<Digest> unreferenced;
    private final Set<String> discarded;

    /**
     * Begins with all blobs.
     *
     * @param blobs those that are referred to are removed from it
     * @param discarded versions, such as {@code rides:3}
     */
    LiveBlobs(Set<Digest> blobs, Set<String> discarded) {
        this.unreferenced = blobs;
        this.discarded = discarded;
    }

    @Override
    public void commit(String log, Commit commit) {
        byte[] event = commit.event();
        Set<Digest> released = log.equals(REGISTRY) ? released(event) : Set.of();
        DigestScan.each(event, digest -> {
            if (!released.contains(digest)) {
                unreferenced.remove(digest);
            }
        });
    }

    private Set<Digest> released(byte[] event) {
        if (discarded.isEmpty()) {
            return Set.of();
        }
        Set<Digest> released = new HashSet<>();
        Set<Digest> kept = new HashSet<>();
        ArtifactScan.each(event, (owner, artifact) -> {
            boolean gone = owner.filter(discarded::contains).isPresent();
            (gone ? released : kept).add(artifact.digest());
        });
        released.removeAll(kept);
        return released;
    }

    @Override
    public void finding(Finding finding) {
        if (finding.kind() == Finding.Kind.UNREADABLE) {
            throw new StorageException("Cannot collect garbage, as a log cannot be read: " + finding);
        }
        throw new CorruptionException("Cannot collect garbage, as what is broken might refer to any blob; nothing was"
                + " deleted. Verify the store. Found " + finding);
    }

    @Override
    public void done() {}
}
