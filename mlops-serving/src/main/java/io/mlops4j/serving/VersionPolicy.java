package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;

/**
 * Which version of a model is meant: what an alias points at, the newest one, or a certain one. A server serves by
 * policies, several of one model if wanted, and a request may say by which of them it is to be answered.
 *
 * <pre>{@code
 * ModelServer.of(registry)
 *         .serve(VersionPolicy.alias(rides.alias("champion")), VersionPolicy.latest(rides))
 *         .start()
 *         .predict(rides, Request.of(inputs).by(VersionPolicy.latest(rides)));
 * }</pre>
 *
 * <p>Immutable.
 */
public sealed interface VersionPolicy {
    /**
     * Means what an alias points at.
     *
     * @param alias the alias
     * @return a policy whose version changes when the alias moves
     */
    static VersionPolicy alias(Alias alias) {
        return new Aliased(alias);
    }

    /**
     * Means the version of the highest number that is in use: one that was put away does not count.
     *
     * @param model its name
     * @return a policy whose version changes when one is registered, or put away
     */
    static VersionPolicy latest(ModelName model) {
        return new Latest(model);
    }

    /**
     * Means one version.
     *
     * @param version the version
     * @return a policy whose version never changes
     */
    static VersionPolicy pinned(VersionId version) {
        return new Pinned(version);
    }

    /**
     * Whose versions.
     *
     * @return the model's name
     */
    ModelName model();

    /**
     * The version that is meant now. May block.
     *
     * @param source where to ask
     * @return the version
     * @throws io.mlops4j.NotFoundException if there is none
     */
    VersionId resolve(ModelSource source);

    /**
     * What an alias points at.
     *
     * <p>Immutable.
     *
     * @param alias the alias
     */
    record Aliased(Alias alias) implements VersionPolicy {
        /** Checks that nothing is null. */
        public Aliased {
            requireNonNull(alias, "alias");
        }

        @Override
        public ModelName model() {
            return alias.model();
        }

        @Override
        public VersionId resolve(ModelSource source) {
            return source.resolve(alias);
        }

        @Override
        public String toString() {
            return alias.toString();
        }
    }

    /**
     * The newest version.
     *
     * <p>Immutable.
     *
     * @param model its name
     */
    record Latest(ModelName model) implements VersionPolicy {
        /** Checks that nothing is null. */
        public Latest {
            requireNonNull(model, "model");
        }

        @Override
        public VersionId resolve(ModelSource source) {
            return source.latest(model);
        }

        @Override
        public String toString() {
            return "the latest " + model;
        }
    }

    /**
     * A certain version.
     *
     * <p>Immutable.
     *
     * @param version the version
     */
    record Pinned(VersionId version) implements VersionPolicy {
        /** Checks that nothing is null. */
        public Pinned {
            requireNonNull(version, "version");
        }

        @Override
        public ModelName model() {
            return version.model();
        }

        @Override
        public VersionId resolve(ModelSource source) {
            return version;
        }

        @Override
        public String toString() {
            return version.toString();
        }
    }
}
