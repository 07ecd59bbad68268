package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;

/**
 * The name of a model, the thing that versions and aliases belong to. The grammar is
 * {@code [A-Za-z0-9][A-Za-z0-9._-]*}, at most 128 characters, no dot at the end, no Windows device name.
 *
 * <p>Immutable.
 *
 * @param value the name
 */
public record ModelName(String value) implements Comparable<ModelName> {
    /**
     * Checks the grammar.
     *
     * @throws IllegalArgumentException if the name breaks it
     */
    public ModelName {
        Names.check("model name", requireNonNull(value, "value"));
    }

    /**
     * Names a model.
     *
     * @param value the name
     * @return the checked name
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public static ModelName of(String value) {
        return new ModelName(value);
    }

    /**
     * Names an alias of this model.
     *
     * @param name the alias, such as {@code champion}
     * @return the alias
     * @throws IllegalArgumentException if the alias breaks the grammar
     */
    public Alias alias(String name) {
        return new Alias(this, name);
    }

    /**
     * Names a version of this model.
     *
     * @param number 1 or more
     * @return the version's id
     * @throws IllegalArgumentException if the number is not positive
     */
    public VersionId version(int number) {
        return new VersionId(this, number);
    }

    @Override
    public int compareTo(ModelName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
