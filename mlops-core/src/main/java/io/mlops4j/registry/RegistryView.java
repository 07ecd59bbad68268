package io.mlops4j.registry;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What a registry held at one moment. All answers of one view agree with each other, and none needs I/O, so that a hot
 * path can ask it. A view does not change; take a new one from {@link ModelRegistry#view()}.
 *
 * <p>Implementations must be immutable.
 */
public interface RegistryView {
    /**
     * All models that have a version.
     *
     * @return their names in order
     */
    List<ModelName> models();

    /**
     * All versions of a model.
     *
     * @param model its name
     * @return the versions in order of their numbers; empty if there is no such model
     */
    List<ModelVersion> versions(ModelName model);

    /**
     * Finds a version.
     *
     * @param id its id
     * @return the version, or empty if there is none
     */
    Optional<ModelVersion> tryVersion(VersionId id);

    /**
     * Finds a version.
     *
     * @param id its id
     * @return the version
     * @throws NotFoundException if there is none; the message says which there are
     */
    ModelVersion version(VersionId id);

    /**
     * Finds the version that was registered with an idempotency key.
     *
     * @param model its model
     * @param idempotencyKey what {@link Registration#idempotencyKey} was given
     * @return the version, or empty if there is none
     */
    Optional<ModelVersion> tryRegistered(ModelName model, String idempotencyKey);

    /**
     * Follows an alias.
     *
     * @param alias the alias
     * @return the version it points at, or empty if it points nowhere
     */
    Optional<ModelVersion> tryResolve(Alias alias);

    /**
     * Follows an alias.
     *
     * @param alias the alias
     * @return the version it points at
     * @throws NotFoundException if it points nowhere; the message names the aliases that there are
     */
    ModelVersion resolve(Alias alias);

    /**
     * All aliases of a model that point somewhere.
     *
     * @param model its name
     * @return where each points, by the alias's name; empty if there is no such model
     */
    SortedMap<String, VersionId> aliases(ModelName model);

    /**
     * All aliases of a model that ever pointed somewhere, be they removed since.
     *
     * @param model its name
     * @return their names; empty if there is no such model
     */
    SortedSet<String> aliasNames(ModelName model);

    /**
     * Everything that happened to an alias.
     *
     * @param alias the alias
     * @return its moves, oldest first; empty if it was never set
     * @throws UnsupportedOperationException if the registry lacks {@link RegistryCapability#ALIAS_HISTORY}
     */
    List<AliasMove> history(Alias alias);

    /**
     * Where an alias pointed at some time: at the target of the latest move, in the order of commits, that was stamped
     * no later. Clocks of several writers may disagree by their skew.
     *
     * @param alias the alias
     * @param time the time
     * @return the version, or empty if it pointed nowhere then
     * @throws UnsupportedOperationException if the registry lacks {@link RegistryCapability#ALIAS_HISTORY}
     */
    Optional<VersionId> aliasAt(Alias alias, Instant time);

    /**
     * The whole registry as it was at some time: after the last commit, in the order of commits, that was stamped no
     * later. So it always is a state that the registry was in, with all that had happened before it. Stamps come from
     * the writers' clocks: where those disagree, a commit of a slow clock brings with it what stands before it in the
     * log, though that may be stamped later, by no more than the clocks' skew.
     *
     * @param time the time
     * @return a view that stands still; costs as much as opening the registry anew, without I/O
     * @throws UnsupportedOperationException if the registry lacks {@link RegistryCapability#TIME_TRAVEL}
     */
    RegistryView asOf(Instant time);

    /**
     * All that is known of a version: what it was registered with, and what was said of it since.
     *
     * @param id its id
     * @return the version with its edits
     * @throws NotFoundException if there is none; the message says which there are
     */
    VersionRecord record(VersionId id);

    /**
     * All that is known of the versions of a model.
     *
     * @param model its name
     * @return the versions with their edits, in order of their numbers; empty if there is no such model
     */
    List<VersionRecord> records(ModelName model);

    /**
     * Searches the versions of all models.
     *
     * @param query which, in which order, how many
     * @return those that match, in that order
     * @throws NotFoundException if an ancestor that the query names does not exist
     */
    default List<VersionRecord> find(VersionQuery query) {
        return query.over(this);
    }

    /**
     * The versions that were given up for good: no one may open their files any more, and no one needs them, unless
     * another version has a file with the same digest.
     *
     * @return their ids, of all models
     */
    SortedSet<VersionId> discarded();

    /**
     * Whether an alias may be moved to a version, by the policy of the model and that of the alias: both must be met.
     *
     * @param alias the alias
     * @param version a version of the alias's model
     * @return each requirement, met or not
     * @throws NotFoundException if there is no such version
     * @throws IllegalArgumentException if the version belongs to another model
     */
    PolicyReport check(Alias alias, VersionId version);

    /**
     * The policies of a model that stand.
     *
     * @param model its name
     * @return the model's own policy first, if it was set, then those of its aliases by name
     */
    List<PolicySetting> policies(ModelName model);

    /**
     * Every policy that was set for a model or one of its aliases.
     *
     * @param model its name
     * @return oldest first
     */
    List<PolicySetting> policyHistory(ModelName model);

    /**
     * The ancestors and descendants of a version.
     *
     * @param id its id
     * @return the graph around it
     * @throws NotFoundException if there is no such version
     */
    Lineage lineage(VersionId id);
}
