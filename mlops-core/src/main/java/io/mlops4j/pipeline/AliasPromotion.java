package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.MoveRequest;
import java.util.Optional;

/**
 * Promotes by moving an alias of a registry: what the alias points at serves. A move is a compare-and-set, so of two
 * that were decided on the same state one is refused.
 *
 * <p>Thread-safe, if the registry is.
 */
public final class AliasPromotion implements Promotion {
    private final ModelRegistry registry;
    private final Alias alias;

    private AliasPromotion(ModelRegistry registry, Alias alias) {
        this.registry = registry;
        this.alias = alias;
    }

    /**
     * Promotes by an alias.
     *
     * @param registry holds the versions
     * @param alias such as {@code rides@champion}
     * @return the promotion
     */
    public static AliasPromotion of(ModelRegistry registry, Alias alias) {
        return new AliasPromotion(requireNonNull(registry, "registry"), requireNonNull(alias, "alias"));
    }

    @Override
    public Optional<VersionId> current() {
        return registry.tryResolve(alias).map(ModelVersion::id);
    }

    @Override
    public void move(Move move) {
        if (current().equals(Optional.of(move.to()))) {
            return;
        }
        registry.move(new MoveRequest(
                alias,
                new MoveRequest.Exactly(move.expected()),
                new MoveRequest.To(move.to()),
                move.reason(),
                move.actor()));
    }
}
