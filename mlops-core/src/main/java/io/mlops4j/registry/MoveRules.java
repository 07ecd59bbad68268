package io.mlops4j.registry;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Decides on moves of aliases; see {@link RegistryRules}. */
final class MoveRules {
    private MoveRules() {}

    /** All moves or none: the first that is refused refuses all. */
    static Optional<byte[]> move(RegistryState state, List<MoveRequest> wishes) {
        var aliases = new HashSet<Alias>();
        List<StoredMove> moves = new ArrayList<>();
        for (MoveRequest wish : wishes) {
            if (!aliases.add(wish.alias())) {
                throw new IllegalArgumentException("Cannot move alias " + wish.alias() + " twice in one commit");
            }
            move(state, wish).ifPresent(moves::add);
        }
        return moves.isEmpty() ? Optional.empty() : RegistryRules.event(state, RegistryEvent.Moved.of(moves));
    }

    private static Optional<StoredMove> move(RegistryState state, MoveRequest wish) {
        Alias alias = wish.alias();
        AliasState now = state.model(alias.model()).alias(alias.name());
        if (!wish.expected().accepts(now.current())) {
            if (isRepeat(now, wish)) {
                return Optional.empty();
            }
            throw new ConflictException("Cannot move alias " + alias + ": it points at "
                    + new MoveRequest.Exactly(now.current()) + ", expected " + wish.expected());
        }
        Optional<VersionId> to = target(state, now, wish);
        if (to.equals(now.current())) {
            return Optional.empty();
        }
        to.ifPresent(version -> requireAllowed(state, wish, version));
        return Optional.of(new StoredMove(
                alias.model(), alias.name(), kind(wish.target()), now.current(), to, wish.reason(), wish.actor()));
    }

    /**
     * A policy is asked before a version comes to an alias for the first time. Going back is never held up by a policy,
     * which may have become stricter since: in an emergency the last good version must be one call away. But what is
     * archived stays put away.
     */
    private static void requireAllowed(RegistryState state, MoveRequest wish, VersionId version) {
        PolicyReport report = wish.target() instanceof MoveRequest.To
                ? state.check(wish.alias(), version)
                : new PolicyReport(wish.alias(), version, state.record(version).lifecycle(), List.of());
        if (!report.allows()) {
            throw new PromotionRefusedException(report);
        }
    }

    private static boolean isRepeat(AliasState now, MoveRequest wish) {
        return now.moves()
                .newest()
                .filter(last -> wish.expected().accepts(last.from())
                        && last.kind() == kind(wish.target())
                        && sameTarget(last.to(), wish.target())
                        && last.reason().equals(wish.reason())
                        && last.actor().equals(wish.actor()))
                .isPresent();
    }

    private static boolean sameTarget(Optional<VersionId> was, MoveRequest.Target target) {
        if (target instanceof MoveRequest.To to) {
            return was.equals(Optional.of(to.version()));
        }
        return !(target instanceof MoveRequest.BackTo back) || was.equals(Optional.of(back.version()));
    }

    private static Optional<VersionId> target(RegistryState state, AliasState now, MoveRequest wish) {
        if (wish.target() instanceof MoveRequest.To to) {
            return Optional.of(state.version(to.version()).id());
        }
        if (wish.target() instanceof MoveRequest.BackTo back) {
            return backTo(state, now, wish.alias(), back.version());
        }
        if (wish.target() instanceof MoveRequest.Back) {
            return now.previous()
                    .orElseThrow(() -> new NotFoundException("Cannot move alias " + wish.alias()
                            + " back: it pointed nowhere before " + new MoveRequest.Exactly(now.current())));
        }
        if (now.moves().size() == 0) {
            throw new NotFoundException("Cannot remove alias " + wish.alias() + ": it was never set");
        }
        return Optional.empty();
    }

    private static Optional<VersionId> backTo(RegistryState state, AliasState now, Alias alias, VersionId version) {
        Optional<VersionId> to = Optional.of(state.version(version).id());
        if (!to.equals(now.current()) && now.backTo(to).isEmpty()) {
            throw new NotFoundException("Cannot move alias " + alias + " back to version " + version
                    + ": it did not point there before, or that was undone");
        }
        return to;
    }

    private static AliasMove.Kind kind(MoveRequest.Target target) {
        if (target instanceof MoveRequest.To) {
            return AliasMove.Kind.SET;
        }
        return target instanceof MoveRequest.Nowhere ? AliasMove.Kind.REMOVED : AliasMove.Kind.ROLLED_BACK;
    }
}
