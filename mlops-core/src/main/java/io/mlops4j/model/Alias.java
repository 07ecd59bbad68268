package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;

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

    @Override
    public String toString() {
        return model + "@" + name;
    }
}
