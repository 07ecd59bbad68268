package io.mlops4j.serving;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.Subscription;
import java.util.function.Consumer;

/**
 * Where a server finds the version that an alias points at, and its bytes: a registry, in most cases.
 *
 * <p>Asked when a server starts, when it refreshes a model, and when a rollout loads a candidate. A server with a
 * {@link MemoryBudget} also opens a version that was evicted when a request asks for it: on a thread of the server, while the
 * requests for that version wait, each for as long as its time-out allows. What is thrown then fails those requests, and the
 * next one tries again. A server without one asks nothing for a request.
 *
 * <p>Implementations must be thread-safe.
 */
public interface ModelSource {
    /**
     * What an alias points at now. May block.
     *
     * @param alias the alias
     * @return the version
     * @throws NotFoundException if there is no such alias
     */
    VersionId resolve(Alias alias);

    /**
     * The newest version of a model that is in use. May block.
     *
     * @param model its name
     * @return the version
     * @throws NotFoundException if there is none
     */
    VersionId latest(ModelName model);

    /**
     * Tells of aliases that have moved, as far as this source hears of moves by itself. By default it hears of none: they
     * are found by asking again.
     *
     * @param listener hears of each moved alias, on any thread; must be quick
     * @return closes the subscription
     */
    default Subscription onMove(Consumer<Alias> listener) {
        return () -> {};
    }

    /**
     * Reads a version's files once and checks them against the digests it was registered with; its signatures come along,
     * unverified. May block.
     *
     * @param version the version
     * @return the bytes to load
     * @throws NotFoundException if there is no such version
     * @throws RejectedModelException if the bytes do not match their digests
     */
    VerifiedModel open(VersionId version);
}
