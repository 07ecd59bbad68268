package io.mlops4j.registry;

import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link ModelRegistry} answers: its {@link #view()}, and the same questions asked of what is newest in the
 * backend, each of which refreshes first and so may block, and fail with a {@link StorageException}.
 *
 * <p>Implementations must be thread-safe.
 */
public interface RegistryReads {
    /**
     * The registry as this object knows it; no I/O.
     *
     * @return a snapshot, perhaps behind what others have changed
     */
    RegistryView view();

    /**
     * Reads what others have changed; listeners hear of their moves.
     *
     * @return the newest snapshot
     * @throws io.mlops4j.CorruptionException if the backend's content is broken; the view stays as it was
     * @throws StorageException if the backend could not be read; the view stays as it was
     */
    RegistryView refresh();

    /**
     * The newest {@link RegistryView#models()}.
     *
     * @return the names of all models, in order
     */
    default List<ModelName> models() {
        return refresh().models();
    }

    /**
     * The newest {@link RegistryView#versions}.
     *
     * @param model its name
     * @return its versions in order; empty if there is no such model
     */
    default List<ModelVersion> versions(ModelName model) {
        return refresh().versions(model);
    }

    /**
     * Finds a version; see {@link RegistryView#version}. As versions do not change, one in the view is not read again.
     *
     * @param id its id
     * @return the version
     * @throws NotFoundException if there is none
     */
    default ModelVersion version(VersionId id) {
        return view().tryVersion(id).orElseGet(() -> refresh().version(id));
    }

    /**
     * The newest {@link RegistryView#record}.
     *
     * @param id its id
     * @return all that is known of it
     * @throws NotFoundException if there is none
     */
    default VersionRecord record(VersionId id) {
        return refresh().record(id);
    }

    /**
     * The newest {@link RegistryView#find}.
     *
     * @param query which, in which order, how many
     * @return those that match, in that order
     * @throws NotFoundException if an ancestor that the query names does not exist
     */
    default List<VersionRecord> find(VersionQuery query) {
        return refresh().find(query);
    }

    /**
     * The newest {@link RegistryView#resolve}.
     *
     * @param alias the alias
     * @return the version it points at
     * @throws NotFoundException if it points nowhere
     */
    default ModelVersion resolve(Alias alias) {
        return refresh().resolve(alias);
    }

    /**
     * The newest {@link RegistryView#tryResolve}.
     *
     * @param alias the alias
     * @return the version it points at, or empty if it points nowhere
     */
    default Optional<ModelVersion> tryResolve(Alias alias) {
        return refresh().tryResolve(alias);
    }

    /**
     * The newest {@link RegistryView#history}.
     *
     * @param alias the alias
     * @return its moves, oldest first
     */
    default List<AliasMove> history(Alias alias) {
        return refresh().history(alias);
    }

    /**
     * The newest {@link RegistryView#aliasAt}.
     *
     * @param alias the alias
     * @param time the time
     * @return where it pointed then, or empty
     */
    default Optional<VersionId> aliasAt(Alias alias, Instant time) {
        return refresh().aliasAt(alias, time);
    }

    /**
     * The newest {@link RegistryView#asOf}.
     *
     * @param time the time
     * @return the registry as it was then
     */
    default RegistryView asOf(Instant time) {
        return refresh().asOf(time);
    }

    /**
     * The newest {@link RegistryView#check}. A move asks the same again when it is committed.
     *
     * @param alias the alias
     * @param version a version of the alias's model
     * @return whether the alias may be moved there, and what stands in the way
     * @throws NotFoundException if there is no such version
     */
    default PolicyReport check(Alias alias, VersionId version) {
        return refresh().check(alias, version);
    }

    /**
     * The newest {@link RegistryView#lineage}.
     *
     * @param id a version
     * @return the graph around it
     * @throws NotFoundException if there is no such version
     */
    default Lineage lineage(VersionId id) {
        return refresh().lineage(id);
    }
}
