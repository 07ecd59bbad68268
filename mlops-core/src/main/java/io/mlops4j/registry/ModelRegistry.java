package io.mlops4j.registry;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.VersionId;
import io.mlops4j.signing.SignatureBundle;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Keeps versions of models and the aliases that point at them.
 *
 * <pre>{@code
 * var rides = ModelName.of("rides");
 * ModelVersion v1 = registry.register(rides, Path.of("rides.onnx"), provenance);
 * registry.move(rides.alias("champion")).to(v1).because("first model", "ana");
 * ModelVersion serving = registry.resolve(rides.alias("champion"));
 * }</pre>
 *
 * <p><b>Reads.</b> The questions of {@link RegistryReads} read what is newest in the backend. {@link #view()} answers
 * from memory, as of the last write or {@link #refresh()} of this registry object: hot paths ask that.
 *
 * <p><b>What every implementation keeps.</b> Versions are immutable and numbered 1, 2, 3… for each model. Once
 * {@link #register} or {@link #move(MoveRequest)} has returned, what it did is durable, and every later read sees it.
 * What only some keep is listed by {@link #capabilities()}.
 *
 * <p>Implementations must be thread-safe.
 */
public interface ModelRegistry extends RegistryReads {
    /**
     * Registers a version. Its files are stored first, then the version appears, complete, with the next number of its
     * model.
     *
     * <p>With an idempotency key, a repeat returns the version that the first call registered, so that a crash or a lost
     * answer can be retried blindly. What counts as a repeat: the same model, key and files, whatever else differs.
     *
     * @param registration what to register
     * @return the version
     * @throws IllegalArgumentException if the registration has no file
     * @throws AlreadyExistsException if the idempotency key was used with other files, the semantic version is taken,
     *     or the model's name differs from an existing one only by case
     * @throws NotFoundException if a parent named by the provenance is not registered
     * @throws StorageException if a file could not be read or stored; no version was registered
     * @throws OutcomeUnknownException if the version may or may not have been registered; with an idempotency key, just
     *     try again
     */
    ModelVersion register(Registration registration);

    /**
     * Registers a version that consists of one file. A file named {@code *.onnx} is kept as
     * {@link ModelVersion#MODEL_FILE}, any other under its own name.
     *
     * @param model the model
     * @param file a regular file
     * @param provenance where it came from
     * @return the version
     * @throws IllegalArgumentException if the file's name breaks the grammar of artifact names
     * @throws NotFoundException if there is no such file, or a parent is not registered
     * @throws AlreadyExistsException if the model's name differs from an existing one only by case
     * @throws StorageException if the file could not be read or stored
     * @throws OutcomeUnknownException if the version may or may not have been registered
     */
    default ModelVersion register(ModelName model, Path file, Provenance provenance) {
        return register(Registration.of(model).file(file).provenance(provenance));
    }

    /**
     * Words the move of an alias; nothing happens before {@link AliasChange.Directed#because}.
     *
     * @param alias the alias
     * @return a move to be given a target and a reason
     */
    default AliasChange move(Alias alias) {
        return new AliasChange(this, alias, new MoveRequest.Anywhere());
    }

    /**
     * Words the move of several aliases in one commit; nothing happens before {@link AliasChanges#because}.
     *
     * @return no move yet
     */
    default AliasChanges together() {
        return new AliasChanges(this, List.of());
    }

    /**
     * Moves an alias; see {@link #move(List)}.
     *
     * @param request what to do
     * @return the move as it was recorded
     * @throws NotFoundException if there is no such version, nothing to go back to, or no alias to remove
     * @throws ConflictException if the alias does not point where it was expected to; nothing was moved
     * @throws PromotionRefusedException if the version is not in use, or does not meet the policy; nothing was moved
     * @throws StorageException if it could not be recorded; the alias stays where it was
     * @throws OutcomeUnknownException if it may or may not have been recorded
     */
    default AliasMove move(MoveRequest request) {
        return move(List.of(request)).get(0);
    }

    /**
     * Moves aliases, all in one commit or none. Moving one to where it points already changes nothing and gives the move
     * that brought it there. Repeating the last move of an alias with the same expectation, target, reason and actor
     * does the same, so that a lost answer can be retried.
     *
     * <p>Policies are judged on what is known right before the commit, so that no approval taken back and no policy
     * tightened at the same time is missed. Going back is held up by no policy, however strict it has become since:
     * what was good enough once can serve again at once, and the history says that it was a rollback.
     *
     * @param requests what to do; at least one, each for another alias, of one model or several
     * @return the moves as they were recorded, in the order of the requests
     * @throws IllegalArgumentException if there is no request, or two are for one alias
     * @throws NotFoundException if there is no such version, nothing to go back to, or no alias to remove
     * @throws ConflictException if an alias does not point where it was expected to; nothing was moved
     * @throws PromotionRefusedException if a version is not in use, or does not meet the policy; nothing was moved
     * @throws UnsupportedOperationException if there are several and the registry lacks
     *     {@link RegistryCapability#MOVES_TOGETHER}
     * @throws StorageException if it could not be recorded; the aliases stay where they were
     * @throws OutcomeUnknownException if it may or may not have been recorded
     */
    List<AliasMove> move(List<MoveRequest> requests);

    /**
     * Words something to be said of a version after its registration; nothing happens before
     * {@link VersionEdit.Worded#because}.
     *
     * @param version the version
     * @return an edit to be chosen and given a reason
     */
    default VersionEdit edit(VersionId version) {
        return new VersionEdit(this, version);
    }

    /**
     * Words something to be said of a version after its registration.
     *
     * @param version the version
     * @return an edit to be chosen and given a reason
     */
    default VersionEdit edit(ModelVersion version) {
        return edit(version.id());
    }

    /**
     * The newest signatures of a version.
     *
     * @param version the version
     * @return oldest first; not verified; empty too if the registry lacks {@link RegistryCapability#SIGNATURES}
     * @throws NotFoundException if there is no such version
     */
    default List<SignatureBundle> signatures(VersionId version) {
        return refresh().record(version).signatures().stream()
                .map(Endorsement::bundle)
                .toList();
    }

    /**
     * Edits a version. An edit that would change nothing is not recorded, so that a lost answer can be retried.
     *
     * @param request what to change
     * @return all that is known of the version after it
     * @throws IllegalArgumentException if the version would have too many tags, metrics or signatures
     * @throws RejectedModelException if it attaches a signature that cannot be read
     * @throws NotFoundException if there is no such version
     * @throws ConflictException if the version may not be archived as an alias points at it, not restored as it was
     *     discarded, or not discarded as it is not archived
     * @throws UnsupportedOperationException if the registry lacks the {@link RegistryCapability} for this edit
     * @throws StorageException if it could not be recorded; nothing was changed
     * @throws OutcomeUnknownException if it may or may not have been recorded
     */
    VersionRecord edit(EditRequest request);

    /**
     * Words what every promotion of a model must meet, whatever the alias; nothing happens before
     * {@link PolicyChange.Worded#because}.
     *
     * @param model the model
     * @return a change to be given requirements and a reason
     */
    default PolicyChange policy(ModelName model) {
        return new PolicyChange(this, model, Optional.empty());
    }

    /**
     * Words what promotions to one alias must meet, beside what the model's own policy demands.
     *
     * @param alias the alias
     * @return a change to be given requirements and a reason
     */
    default PolicyChange policy(Alias alias) {
        return new PolicyChange(this, alias.model(), Optional.of(alias.name()));
    }

    /**
     * Sets a policy. It moves no alias: what serves goes on serving. Setting what is set already changes nothing and
     * gives the setting that stands.
     *
     * @param request which
     * @return the setting as it was recorded
     * @throws AlreadyExistsException if the model's name differs from an existing one only by case
     * @throws UnsupportedOperationException if the registry lacks {@link RegistryCapability#POLICIES}
     * @throws StorageException if it could not be recorded; the policy stays as it was
     * @throws OutcomeUnknownException if it may or may not have been recorded
     */
    PolicySetting setPolicy(PolicyRequest request);

    /**
     * Opens a file of a version. The stream checks the digest as it goes: it throws an {@link java.io.IOException}
     * caused by a {@link io.mlops4j.CorruptionException} at its end if the bytes are not those that were registered, so
     * do not act on what it gave before its end.
     *
     * @param version the version
     * @param file the file's name in the version
     * @return a stream; the caller closes it
     * @throws NotFoundException if there is no such version or file, or the version was discarded
     * @throws StorageException if it could not be read
     */
    InputStream open(VersionId version, String file);

    /**
     * Reads a file of a version into memory and checks its digest.
     *
     * @param version the version
     * @param file the file's name in the version
     * @param limit the most bytes that the caller is ready to hold
     * @return the bytes as they were registered
     * @throws NotFoundException if there is no such version or file, or the version was discarded
     * @throws io.mlops4j.CorruptionException if the bytes are not those that were registered
     * @throws StorageException if it could not be read, or is longer than the limit
     */
    byte[] bytes(VersionId version, String file, int limit);

    /**
     * Subscribes to moves of aliases, from now on: those made through this object when they are recorded, those of
     * others when a read or a {@link #refresh()} of this object finds them. A listener hears every move once, in the
     * order of commits, one at a time, on a thread that moved, read or refreshed. It may use the registry.
     *
     * @param listener hears of moves
     * @return closes the subscription
     */
    Subscription onMove(AliasListener listener);

    /**
     * Refreshes this registry now and then, so that its view follows others and its listeners hear of their moves. A
     * refresh that fails is logged, and the view stays as it was until one succeeds.
     *
     * @param interval from the end of one refresh to the beginning of the next; positive
     * @param scheduler runs the refreshes, which block; stays the caller's
     * @return ends it when closed
     * @throws IllegalArgumentException if the interval is not positive
     */
    default Subscription refreshEvery(Duration interval, ScheduledExecutorService scheduler) {
        return BackgroundRefresh.start(this, interval, scheduler);
    }

    /**
     * All that happens in this registry, for consumers that remember how far they have read.
     *
     * @return a feed, which stays usable as long as the registry
     * @throws UnsupportedOperationException if the registry lacks {@link RegistryCapability#CHANGE_FEED}
     */
    default RegistryFeed changes() {
        throw new UnsupportedOperationException("This registry has no feed of its changes");
    }

    /**
     * What this registry keeps beyond what every one keeps.
     *
     * @return constant for one registry; copied
     */
    Set<RegistryCapability> capabilities();
}
