package io.mlops4j.registry;

import io.mlops4j.ConflictException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.Chain;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides on edits of versions and on policies; see {@link RegistryRules}. */
final class EditRules {
    private EditRules() {}

    static Optional<byte[]> edit(RegistryState state, EditRequest wish) {
        VersionRecord now = state.record(wish.version());
        if (wish.edit() instanceof LifecycleChange change) {
            requireAllowed(state, now, change.to());
        }
        if (changesNothing(now, wish)) {
            return Optional.empty();
        }
        if (wish.edit() instanceof Annotation) {
            requireRoom(after(now, wish));
        }
        if (wish.edit() instanceof Endorsement signed) {
            requireSound(now, signed);
        }
        return RegistryRules.event(state, RegistryEvent.Edited.of(wish));
    }

    /** So a lost answer can be retried: what is so already is not recorded again. */
    private static boolean changesNothing(VersionRecord now, EditRequest wish) {
        if (wish.edit() instanceof Annotation) {
            VersionRecord after = after(now, wish);
            return after.description().equals(now.description())
                    && after.tags().equals(now.tags())
                    && after.metrics().equals(now.metrics());
        }
        if (wish.edit() instanceof Vote vote) {
            return stands(now, vote, wish);
        }
        if (wish.edit() instanceof Endorsement signed) {
            return now.signatures().contains(signed);
        }
        if (wish.edit() instanceof GateVerdicts said) {
            return said.verdicts().entrySet().stream().allMatch(entry -> stands(now, entry, wish.actor()));
        }
        return wish.edit() instanceof LifecycleChange change && change.to() == now.lifecycle();
    }

    private static boolean stands(VersionRecord now, Vote vote, EditRequest wish) {
        Optional<Approval> said = now.approvals().stream()
                .filter(approval -> approval.isOf(vote.role(), wish.actor()))
                .findFirst();
        return vote.kind() == Vote.Kind.REVOKED
                ? said.isEmpty()
                : said.filter(approval -> approval.kind() == vote.kind()
                                && approval.reason().equals(wish.reason()))
                        .isPresent();
    }

    private static boolean stands(VersionRecord now, Map.Entry<String, Verdict> said, String actor) {
        GateVerdict last = now.verdicts().get(said.getKey());
        return last != null && last.actor().equals(actor) && last.verdict().equals(said.getValue());
    }

    private static VersionRecord after(VersionRecord now, EditRequest wish) {
        return now.with(List.of(new VersionChange(
                wish.version(), wish.edit(), wish.reason(), wish.actor(), Instant.EPOCH, Long.MAX_VALUE)));
    }

    private static void requireRoom(VersionRecord after) {
        if (Math.max(after.tags().size(), after.metrics().size()) > Registration.MAX_ENTRIES) {
            throw new IllegalArgumentException("Cannot annotate version " + after.id() + ": it would have "
                    + after.tags().size() + " tags and " + after.metrics().size() + " metrics, expected at most "
                    + Registration.MAX_ENTRIES + " of each");
        }
    }

    private static void requireSound(VersionRecord now, Endorsement signed) {
        signed.bundle();
        int count = now.signatures().size();
        if (count >= Endorsement.MAX_SIGNATURES) {
            throw new IllegalArgumentException("Cannot sign version " + now.id() + ": it has " + count
                    + " signatures, expected at most " + Endorsement.MAX_SIGNATURES);
        }
    }

    private static void requireAllowed(RegistryState state, VersionRecord now, Lifecycle to) {
        switch (to) {
            case ACTIVE -> require(now, now.lifecycle() != Lifecycle.DISCARDED, "restore");
            case DISCARDED -> require(now, now.lifecycle() != Lifecycle.ACTIVE, "discard");
            case ARCHIVED -> {
                require(now, now.lifecycle() != Lifecycle.DISCARDED, "archive");
                requireUnused(state, now.id());
            }
        }
    }

    private static void require(VersionRecord now, boolean allowed, String act) {
        if (!allowed) {
            throw new ConflictException("Cannot " + act + " version " + now.id() + ": it is " + now.lifecycle()
                    + ", expected " + (act.equals("archive") ? Lifecycle.ACTIVE : Lifecycle.ARCHIVED));
        }
    }

    private static void requireUnused(RegistryState state, VersionId id) {
        state.aliases(id.model()).forEach((alias, target) -> {
            if (target.equals(id)) {
                throw new ConflictException("Cannot archive version " + id + ": alias "
                        + id.model().alias(alias) + " points at it, expected none");
            }
        });
    }

    static Optional<byte[]> policy(RegistryState state, PolicyRequest wish) {
        RegistryRules.requireNoTwin(state, wish.model(), "set a policy of model");
        Chain<PolicySetting> before = state.model(wish.model()).policies(wish.alias());
        PromotionPolicy now = before.newest().map(PolicySetting::policy).orElse(PromotionPolicy.none());
        // The first setting is recorded even if it demands nothing, as somebody decided that.
        return before.size() > 0 && now.equals(wish.policy())
                ? Optional.empty()
                : RegistryRules.event(state, RegistryEvent.PolicySet.of(wish));
    }
}
