package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.Labels;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.EditRequest;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.MoveRequest;
import io.mlops4j.registry.RegistryCapability;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Promotes by moving an alias of a registry, by compare-and-set: what serves is what the alias points at.
 *
 * <pre>{@code
 * PromotionPipeline.of(rides, store).promote(AliasPromotion.of(registry, rides.alias("champion")))
 * }</pre>
 *
 * <p>Thread-safe, as the registry is.
 */
public final class AliasPromotion implements Promotion {
    private final ModelRegistry registry;
    private final Alias alias;

    private AliasPromotion(ModelRegistry registry, Alias alias) {
        this.registry = registry;
        this.alias = alias;
    }

    /**
     * Makes a promotion of an alias.
     *
     * @param registry has the candidates
     * @param alias is moved, such as {@code rides@champion}
     * @return the promotion
     */
    public static AliasPromotion of(ModelRegistry registry, Alias alias) {
        return new AliasPromotion(requireNonNull(registry, "registry"), requireNonNull(alias, "alias"));
    }

    @Override
    public Optional<VersionId> current() {
        return registry.refresh().tryResolve(alias).map(ModelVersion::id);
    }

    /**
     * Moves the alias.
     *
     * @throws io.mlops4j.ConflictException if it points neither at what is expected nor at the target
     * @throws io.mlops4j.NotFoundException if there is no such version
     * @throws io.mlops4j.registry.PromotionRefusedException if the version is not in use, or does not meet the policy
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been moved
     * @throws io.mlops4j.StorageException if it could not be moved
     */
    @Override
    public void move(Move move) {
        change(move, new MoveRequest.To(move.to()));
    }

    /**
     * Moves the alias back, which no policy holds up. If the registry does not know that the alias pointed there, it is
     * a move like any other.
     *
     * @throws io.mlops4j.ConflictException if it points neither at what is expected nor at the target
     * @throws io.mlops4j.NotFoundException if there is no such version
     * @throws io.mlops4j.registry.PromotionRefusedException if the version is not in use
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been moved
     * @throws io.mlops4j.StorageException if it could not be moved
     */
    @Override
    public void rollBack(Move move) {
        if (!registry.capabilities().contains(RegistryCapability.ALIAS_HISTORY)) {
            move(move);
            return;
        }
        try {
            change(move, new MoveRequest.BackTo(move.to()));
        } catch (NotFoundException e) {
            move(move);
        }
    }

    private void change(Move move, MoveRequest.Target target) {
        // A second attempt after a crash finds its work done; the alias's history shall show one move.
        if (current().equals(Optional.of(move.to()))) {
            return;
        }
        registry.move(new MoveRequest(
                alias,
                new MoveRequest.Exactly(move.expected()),
                target,
                said(move.reason(), MoveRequest.MAX_REASON, "no reason given"),
                said(move.actor(), MoveRequest.MAX_ACTOR, "pipeline")));
    }

    /**
     * Records the verdicts on the version, in one commit, so that a policy can demand them. A registry without policies
     * keeps none.
     *
     * @throws io.mlops4j.NotFoundException if there is no such version
     * @throws io.mlops4j.OutcomeUnknownException if they may or may not have been recorded
     * @throws io.mlops4j.StorageException if they could not be recorded
     */
    @Override
    public void judged(String run, VersionId candidate, List<Judgement> judgements) {
        if (judgements.isEmpty() || !registry.capabilities().contains(RegistryCapability.POLICIES)) {
            return;
        }
        var verdicts = new TreeMap<String, Verdict>();
        judgements.forEach(
                judgement -> verdicts.put(said(judgement.gate(), Labels.MAX_KEY, "gate"), judgement.verdict()));
        String reason = said("run " + run, MoveRequest.MAX_REASON, "pipeline");
        registry.edit(new EditRequest(candidate, new GateVerdicts(verdicts), reason, "pipeline"));
    }

    /** A registry wants a word on every move, and not a long one. */
    private static String said(String text, int max, String otherwise) {
        String fit = Labels.fit(text, max);
        return fit.isBlank() ? otherwise : fit;
    }
}
