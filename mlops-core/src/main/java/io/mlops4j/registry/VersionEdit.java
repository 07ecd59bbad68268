package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.VersionId;
import io.mlops4j.signing.SignatureBundle;
import io.mlops4j.signing.SigningKey;

/**
 * Words something to be said of a version after its registration; nothing happens before {@link Worded#because}.
 *
 * <pre>{@code
 * registry.edit(v1).annotate(Annotation.none().metric("rmse", 2.2)).because("measured on March", "ana");
 * registry.edit(v1).record("fairness", verdict).because("nightly audit", "audit-job");
 * registry.edit(v1).approve("risk").because("slices are fine", "bob");
 * registry.edit(v1).sign(key).because("release 3", "ci");
 * registry.edit(v1).archive().because("superseded", "ana");
 * }</pre>
 *
 * <p>Immutable.
 */
public final class VersionEdit {
    private final ModelRegistry registry;
    private final VersionId version;

    VersionEdit(ModelRegistry registry, VersionId version) {
        this.registry = requireNonNull(registry, "registry");
        this.version = requireNonNull(version, "version");
    }

    /**
     * Changes description, tags or metrics.
     *
     * @param annotation what to change
     * @return the edit, to be given a reason
     */
    public Worded annotate(Annotation annotation) {
        return new Worded(this, annotation);
    }

    /**
     * Records what a gate said.
     *
     * @param gate the gate's name: not blank, at most 250 characters
     * @param verdict what it said
     * @return the edit, to be given a reason
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public Worded record(String gate, Verdict verdict) {
        return new Worded(this, GateVerdicts.of(gate, verdict));
    }

    /**
     * Approves the promotion of the version, in a role.
     *
     * @param role such as {@code risk}; in the grammar of keys
     * @return the edit, to be given a reason; its actor is who approves
     * @throws IllegalArgumentException if the role breaks the grammar
     */
    public Worded approve(String role) {
        return new Worded(this, new Vote(role, Vote.Kind.APPROVED));
    }

    /**
     * Rejects the promotion of the version, in a role.
     *
     * @param role such as {@code risk}; in the grammar of keys
     * @return the edit, to be given a reason; its actor is who rejects
     * @throws IllegalArgumentException if the role breaks the grammar
     */
    public Worded reject(String role) {
        return new Worded(this, new Vote(role, Vote.Kind.REJECTED));
    }

    /**
     * Takes back what the actor approved or rejected in a role.
     *
     * @param role such as {@code risk}; in the grammar of keys
     * @return the edit, to be given a reason; its actor is whose word is taken back
     * @throws IllegalArgumentException if the role breaks the grammar
     */
    public Worded revoke(String role) {
        return new Worded(this, new Vote(role, Vote.Kind.REVOKED));
    }

    /**
     * Signs the version's files, all of them, by their digests.
     *
     * @param key signs
     * @return the edit, to be given a reason
     * @throws NotFoundException if there is no such version
     */
    public Worded sign(SigningKey key) {
        return attach(SignatureBundle.sign(
                version.toString(), registry.version(version).digests(), key));
    }

    /**
     * Attaches a signature that was made elsewhere, by this library or another that writes the format. It is kept
     * whoever made it; whether it counts is for policies and servers to say.
     *
     * @param bundle the signature
     * @return the edit, to be given a reason
     */
    public Worded attach(SignatureBundle bundle) {
        return new Worded(this, Endorsement.of(bundle));
    }

    /**
     * Puts the version away: {@link Lifecycle#ARCHIVED}.
     *
     * @return the edit, to be given a reason; refused while an alias points at the version
     */
    public Worded archive() {
        return new Worded(this, new LifecycleChange(Lifecycle.ARCHIVED));
    }

    /**
     * Takes an archived version back into use.
     *
     * @return the edit, to be given a reason; refused if the version was discarded
     */
    public Worded restore() {
        return new Worded(this, new LifecycleChange(Lifecycle.ACTIVE));
    }

    /**
     * Gives an archived version up for good: {@link Lifecycle#DISCARDED}.
     *
     * @return the edit, to be given a reason; refused if the version is not archived
     */
    public Worded discard() {
        return new Worded(this, new LifecycleChange(Lifecycle.DISCARDED));
    }

    /**
     * An edit that lacks a reason.
     *
     * <p>Immutable.
     */
    public static final class Worded {
        private final VersionEdit target;
        private final Edit edit;

        private Worded(VersionEdit target, Edit edit) {
            this.target = target;
            this.edit = requireNonNull(edit, "edit");
        }

        /**
         * Edits the version; see {@link ModelRegistry#edit(EditRequest)}.
         *
         * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
         * @param actor who or what edits it: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
         * @return all that is known of the version after it
         * @throws IllegalArgumentException if reason or actor are blank or too long
         * @throws NotFoundException if there is no such version
         * @throws ConflictException if the version is not in a state that allows it
         * @throws StorageException if it could not be recorded; nothing was changed
         * @throws OutcomeUnknownException if it may or may not have been recorded; just try again
         */
        public VersionRecord because(String reason, String actor) {
            return target.registry.edit(new EditRequest(target.version, edit, reason, actor));
        }
    }
}
