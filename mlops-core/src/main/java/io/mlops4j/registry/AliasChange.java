package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import java.util.Optional;

/**
 * Words the move of an alias; nothing happens before {@link Directed#because}.
 *
 * <pre>{@code
 * registry.move(champion).expecting(v1).to(v2).because("rmse 2.1 < 2.4", "pipeline");
 * registry.move(champion).back().because("errors doubled", "ana");
 * }</pre>
 *
 * <p>Immutable.
 */
public final class AliasChange {
    private final ModelRegistry registry;
    private final Alias alias;
    private final MoveRequest.Expected expected;

    AliasChange(ModelRegistry registry, Alias alias, MoveRequest.Expected expected) {
        this.registry = requireNonNull(registry, "registry");
        this.alias = requireNonNull(alias, "alias");
        this.expected = expected;
    }

    /**
     * The move happens only if the alias points at this version: compare and set.
     *
     * @param current where the alias must point
     * @return the same move with this condition
     */
    public AliasChange expecting(VersionId current) {
        return new AliasChange(registry, alias, new MoveRequest.Exactly(Optional.of(current)));
    }

    /**
     * The move happens only if the alias points at this version: compare and set.
     *
     * @param current where the alias must point
     * @return the same move with this condition
     */
    public AliasChange expecting(ModelVersion current) {
        return expecting(current.id());
    }

    /**
     * The move happens only if the alias points nowhere: for the first of several starters.
     *
     * @return the same move with this condition
     */
    public AliasChange expectingNone() {
        return new AliasChange(registry, alias, new MoveRequest.Exactly(Optional.empty()));
    }

    /**
     * Points the alias at a version.
     *
     * @param version a version of the alias's model
     * @return the move, to be given a reason
     */
    public Directed to(VersionId version) {
        return new Directed(this, new MoveRequest.To(version));
    }

    /**
     * Points the alias at a version.
     *
     * @param version a version of the alias's model
     * @return the move, to be given a reason
     */
    public Directed to(ModelVersion version) {
        return to(version.id());
    }

    /**
     * Undoes the move that brought the alias to where it points. Going back twice undoes two moves: after v1, v2, v3 it
     * leads to v2, then to v1. A removal is undone the same way.
     *
     * @return the move, to be given a reason
     */
    public Directed back() {
        return new Directed(this, new MoveRequest.Back());
    }

    /**
     * Undoes all moves since the alias pointed at this version.
     *
     * @param version where it pointed before
     * @return the move, to be given a reason; refused if it never pointed there, or that was undone
     */
    public Directed backTo(VersionId version) {
        return new Directed(this, new MoveRequest.BackTo(version));
    }

    /**
     * Removes the alias; its history stays.
     *
     * @return the move, to be given a reason
     */
    public Directed away() {
        return new Directed(this, new MoveRequest.Nowhere());
    }

    /**
     * A move that knows where to, and lacks a reason.
     *
     * <p>Immutable.
     */
    public static final class Directed {
        private final AliasChange change;
        private final MoveRequest.Target target;

        private Directed(AliasChange change, MoveRequest.Target target) {
            this.change = change;
            this.target = target;
        }

        /**
         * Moves the alias; see {@link ModelRegistry#move(MoveRequest)}.
         *
         * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
         * @param actor who or what moves it: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
         * @return the move as it was recorded
         * @throws IllegalArgumentException if reason or actor are blank or too long, the alias's name is reserved, or
         *     the target belongs to another model
         * @throws NotFoundException if there is no such version, or nothing to go back to
         * @throws ConflictException if the alias does not point where it was expected to
         * @throws PromotionRefusedException if the version is not in use, or does not meet the policy
         * @throws StorageException if it could not be recorded; the alias stays where it was
         * @throws OutcomeUnknownException if it may or may not have been recorded
         */
        public AliasMove because(String reason, String actor) {
            return change.registry.move(request(reason, actor));
        }

        MoveRequest request(String reason, String actor) {
            return new MoveRequest(change.alias, change.expected, target, reason, actor);
        }
    }
}
