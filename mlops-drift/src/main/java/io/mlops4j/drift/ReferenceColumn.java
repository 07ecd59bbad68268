package io.mlops4j.drift;

/**
 * The reference values of one feature while a profile is built.
 *
 * <p>Confined to one thread at a time.
 */
sealed interface ReferenceColumn permits NumericColumn, CategoricalColumn {
    String name();

    void add(double value);

    void add(String value);

    FeatureProfile freeze();
}
