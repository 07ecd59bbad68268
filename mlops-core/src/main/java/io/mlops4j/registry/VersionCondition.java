package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import io.mlops4j.tracking.RunQuery;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * One condition of a {@link VersionQuery}, open to registries that translate a query.
 *
 * <p>Implementations are immutable.
 */
public sealed interface VersionCondition {
    /**
     * The condition as a question to versions of a registry.
     *
     * @param view the registry, as it is asked
     * @return answers for the versions of that view
     */
    Predicate<VersionRecord> in(RegistryView view);

    /**
     * The version belongs to a model.
     *
     * <p>Immutable.
     *
     * @param name the model
     */
    record OfModel(ModelName name) implements VersionCondition {
        /** Checks that it is there. */
        public OfModel {
            requireNonNull(name, "name");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> version.id().model().equals(name);
        }
    }

    /**
     * The version is in one of some stages of its life.
     *
     * <p>Immutable.
     *
     * @param any at least one; copied
     */
    record InLifecycle(Set<Lifecycle> any) implements VersionCondition {
        /** Copies the set. */
        public InLifecycle {
            any = Set.copyOf(any);
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> any.contains(version.lifecycle());
        }
    }

    /**
     * An alias of this name points at the version.
     *
     * <p>Immutable.
     *
     * @param alias the alias's name, without its model
     */
    record Aliased(String alias) implements VersionCondition {
        /** Checks that it is there. */
        public Aliased {
            requireNonNull(alias, "alias");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            Set<VersionId> targets = new HashSet<>();
            for (ModelName model : view.models()) {
                VersionId target = view.aliases(model).get(alias);
                if (target != null) {
                    targets.add(target);
                }
            }
            return version -> targets.contains(version.id());
        }
    }

    /**
     * A tag has a value now.
     *
     * <p>Immutable.
     *
     * @param key the tag
     * @param value its value
     */
    record Tag(String key, String value) implements VersionCondition {
        /** Checks that both are there. */
        public Tag {
            requireNonNull(key, "key");
            requireNonNull(value, "value");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> value.equals(version.tags().get(key));
        }
    }

    /**
     * A metric compares to a value now. A version without the metric does not match.
     *
     * <p>Immutable.
     *
     * @param name the metric
     * @param op how
     * @param bound to what
     */
    record Metric(String name, RunQuery.Op op, double bound) implements VersionCondition {
        /** Checks that both are there. */
        public Metric {
            requireNonNull(name, "name");
            requireNonNull(op, "op");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> {
                Double value = version.metrics().get(name);
                return value != null && op.holds(value, bound);
            };
        }
    }

    /**
     * The semantic version compares to another, in the order of semantic versions. A version without one does not match.
     *
     * <p>Immutable.
     *
     * @param op how
     * @param bound to what
     */
    record Semantic(RunQuery.Op op, SemVer bound) implements VersionCondition {
        /** Checks that both are there. */
        public Semantic {
            requireNonNull(op, "op");
            requireNonNull(bound, "bound");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> version.version()
                    .semVer()
                    .filter(semVer -> op.holds(semVer.compareTo(bound), 0))
                    .isPresent();
        }
    }

    /**
     * The version was derived from another one, directly or not.
     *
     * <p>Immutable.
     *
     * @param ancestor the other version, which must exist
     */
    record DescendsFrom(VersionId ancestor) implements VersionCondition {
        /** Checks that it is there. */
        public DescendsFrom {
            requireNonNull(ancestor, "ancestor");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            Set<VersionId> descendants = view.lineage(ancestor).descendants();
            return version -> descendants.contains(version.id());
        }
    }

    /**
     * The version was trained on a dataset of this name, among others perhaps.
     *
     * <p>Immutable.
     *
     * @param name the dataset
     */
    record TrainedOn(String name) implements VersionCondition {
        /** Checks that it is there. */
        public TrainedOn {
            requireNonNull(name, "name");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> version.version().provenance().datasets().stream()
                    .anyMatch(dataset -> dataset.name().equals(name));
        }
    }

    /**
     * The version was trained on exactly these data, under whatever name.
     *
     * <p>Immutable.
     *
     * @param digest of the dataset
     */
    record TrainedOnDigest(Digest digest) implements VersionCondition {
        /** Checks that it is there. */
        public TrainedOnDigest {
            requireNonNull(digest, "digest");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> version.version().provenance().datasets().stream()
                    .anyMatch(dataset -> dataset.digest().equals(digest));
        }
    }

    /**
     * The version was made by a tracked run.
     *
     * <p>Immutable.
     *
     * @param run the run's id
     */
    record FromRun(String run) implements VersionCondition {
        /** Checks that it is there. */
        public FromRun {
            requireNonNull(run, "run");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version ->
                    version.version().provenance().run().filter(run::equals).isPresent();
        }
    }

    /**
     * The version was registered within a span of time.
     *
     * <p>Immutable.
     *
     * @param from its begin, inclusive
     * @param until its end, exclusive
     */
    record Registered(Instant from, Instant until) implements VersionCondition {
        /** Checks that both are there. */
        public Registered {
            requireNonNull(from, "from");
            requireNonNull(until, "until");
        }

        @Override
        public Predicate<VersionRecord> in(RegistryView view) {
            return version -> {
                Instant time = version.version().registeredAt();
                return !time.isBefore(from) && time.isBefore(until);
            };
        }
    }
}
