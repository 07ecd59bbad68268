package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;
import org.jspecify.annotations.Nullable;

/**
 * A movable name for one version of a model: {@code rides@champion}. An alias points at one version at a time; the
 * registry keeps every move.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param name the alias, in the same grammar as model names
 */
public record Alias(ModelName model, String name) {
    /**
     * Checks the grammar.
     *
     * @throws IllegalArgumentException if the alias breaks it
     */
    public Alias {
        requireNonNull(model, "model");
        Names.check("alias", requireNonNull(name, "name"));
    }

    /** As records have it, spelled out: it is on the path of {@code resolve}, and this takes half the time. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Alias alias
                && name.equals(alias.name)
                && model.value().equals(alias.model.value());
    }

    @Override
    public int hashCode() {
        return 31 * model.value().hashCode() + name.hashCode();
    }

    @Override
    public String toString() {
        return model + "@" + name;
    }
}
