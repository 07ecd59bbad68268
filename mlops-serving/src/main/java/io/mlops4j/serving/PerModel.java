package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import java.util.Map;

/**
 * A setting of a server that some of its models have one of their own for.
 *
 * <p>Immutable.
 *
 * @param common for the models that have none of their own
 * @param own for the others
 */
record PerModel<T>(T common, Map<ModelName, T> own) {
    PerModel {
        requireNonNull(common, "common");
        own = Map.copyOf(own);
    }

    static <T> PerModel<T> all(T common) {
        return new PerModel<>(common, Map.of());
    }

    T of(ModelName name) {
        return own.getOrDefault(name, common);
    }
}
