package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Labels;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.MoveRequest;
import java.util.Optional;

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
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been moved
     * @throws io.mlops4j.StorageException if it could not be moved
     */
    @Override
    public void move(Move move) {
        // A second attempt after a crash finds its work done; the alias's history shall show one move.
        if (current().equals(Optional.of(move.to()))) {
            return;
        }
        registry.move(new MoveRequest(
                alias,
                new MoveRequest.Exactly(move.expected()),
                new MoveRequest.To(move.to()),
                said(move.reason(), MoveRequest.MAX_REASON, "no reason given"),
                said(move.actor(), MoveRequest.MAX_ACTOR, "pipeline")));
    }

    /** A registry wants a word on every move, and not a long one. */
    private static String said(String text, int max, String otherwise) {
        String fit = Labels.fit(text, max);
        return fit.isBlank() ? otherwise : fit;
    }
}
