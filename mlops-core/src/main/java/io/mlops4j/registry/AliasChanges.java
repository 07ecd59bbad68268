package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Alias;
import java.util.ArrayList;
import java.util.List;

/**
 * Words the move of several aliases in one commit: all of them move, or none. Nothing happens before {@link #because}.
 *
 * <pre>{@code
 * registry.together()
 *         .move(champion, change -> change.expecting(v1).to(v2))
 *         .move(previous, change -> change.to(v1))
 *         .because("v2 won the trial", "ana");
 * }</pre>
 *
 * <p>Immutable; each call returns a longer copy.
 */
public final class AliasChanges {
    private final ModelRegistry registry;
    private final List<AliasChange.Directed> changes;

    AliasChanges(ModelRegistry registry, List<AliasChange.Directed> changes) {
        this.registry = requireNonNull(registry, "registry");
        this.changes = List.copyOf(changes);
    }

    /** Says where one of several aliases goes, as {@link AliasChange} words it. */
    @FunctionalInterface
    public interface Direction {
        /**
         * Directs a move.
         *
         * @param change the move of one alias
         * @return the same, with a target
         */
        AliasChange.Directed of(AliasChange change);
    }

    /**
     * Moves one more alias.
     *
     * @param alias the alias; not one that is moved by this commit already
     * @param direction from where, if that matters, and where to
     * @return a copy that moves this alias too
     */
    public AliasChanges move(Alias alias, Direction direction) {
        List<AliasChange.Directed> more = new ArrayList<>(changes);
        more.add(direction.of(new AliasChange(registry, alias, new MoveRequest.Anywhere())));
        return new AliasChanges(registry, more);
    }

    /**
     * Moves the aliases; see {@link ModelRegistry#move(List)}.
     *
     * @param reason why: not blank, at most {@value MoveRequest#MAX_REASON} characters
     * @param actor who or what moves them: not blank, at most {@value MoveRequest#MAX_ACTOR} characters
     * @return the moves as they were recorded, one for each alias, in order
     * @throws IllegalArgumentException if reason or actor are blank or too long, an alias comes twice, or there is none
     * @throws NotFoundException if there is no such version, or nothing to go back to
     * @throws ConflictException if an alias does not point where it was expected to
     * @throws PromotionRefusedException if a version is not in use, or does not meet the policy
     * @throws StorageException if it could not be recorded; the aliases stay where they were
     * @throws OutcomeUnknownException if it may or may not have been recorded
     */
    public List<AliasMove> because(String reason, String actor) {
        return registry.move(
                changes.stream().map(change -> change.request(reason, actor)).toList());
    }
}
