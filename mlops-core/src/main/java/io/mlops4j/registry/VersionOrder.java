package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.tracking.RunQuery.Direction;
import java.util.Comparator;

/**
 * An order of the versions that a {@link VersionQuery} finds, open to registries that translate a query.
 *
 * <p>Implementations are immutable.
 */
public sealed interface VersionOrder {
    /** By the time of registration, newest first, then by model and number. */
    Comparator<VersionRecord> NEWEST = Comparator.comparing(
                    (VersionRecord version) -> version.version().registeredAt())
            .reversed()
            .thenComparing(version -> version.id().model())
            .thenComparing(version -> version.id().number(), Comparator.reverseOrder());

    /**
     * The order as a comparator.
     *
     * @return total: ties are broken by {@link #NEWEST}
     */
    Comparator<VersionRecord> comparator();

    /**
     * By the time of registration.
     *
     * <p>Immutable.
     *
     * @param direction which first
     */
    record ByTime(Direction direction) implements VersionOrder {
        /** Checks that it is there. */
        public ByTime {
            requireNonNull(direction, "direction");
        }

        @Override
        public Comparator<VersionRecord> comparator() {
            return direction == Direction.DESCENDING ? NEWEST : NEWEST.reversed();
        }
    }

    /**
     * By a metric; NaN comes after all numbers, and versions without the metric last.
     *
     * <p>Immutable.
     *
     * @param name the metric
     * @param direction which first
     */
    record ByMetric(String name, Direction direction) implements VersionOrder {
        /** Checks that both are there. */
        public ByMetric {
            requireNonNull(name, "name");
            requireNonNull(direction, "direction");
        }

        @Override
        public Comparator<VersionRecord> comparator() {
            Comparator<Double> byValue =
                    direction == Direction.ASCENDING ? Comparator.naturalOrder() : Comparator.reverseOrder();
            return Comparator.comparingInt(this::rank)
                    .thenComparing(version -> version.metrics().getOrDefault(name, 0.0), byValue)
                    .thenComparing(NEWEST);
        }

        private int rank(VersionRecord version) {
            Double value = version.metrics().get(name);
            if (value == null) {
                return 2;
            }
            return Double.isNaN(value) ? 1 : 0;
        }
    }

    /**
     * By the semantic version; versions without one come last.
     *
     * <p>Immutable.
     *
     * @param direction which first
     */
    record BySemVer(Direction direction) implements VersionOrder {
        /** Checks that it is there. */
        public BySemVer {
            requireNonNull(direction, "direction");
        }

        @Override
        public Comparator<VersionRecord> comparator() {
            return Comparator.comparing((VersionRecord version) ->
                            version.version().semVer().isEmpty())
                    .thenComparing(this::compare)
                    .thenComparing(NEWEST);
        }

        private int compare(VersionRecord a, VersionRecord b) {
            var left = a.version().semVer();
            var right = b.version().semVer();
            if (left.isEmpty() || right.isEmpty()) {
                return 0;
            }
            int order = left.get().compareTo(right.get());
            return direction == Direction.ASCENDING ? order : -order;
        }
    }
}
