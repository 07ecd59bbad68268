package io.mlops4j.serving.trial;

/**
 * Makes differences of two groups of losses between 0 and 1. Losses are collected until both groups have one; then the
 * difference of the two means is one difference, and a new collection begins. When a collection ends depends on who was asked
 * and not on how it went, as losses come in the order of asking ({@link Line}), so the difference's expectation is that of a
 * loss of the one group less that of the other. At a small share each loss of the candidate is set against the mean of many
 * of the incumbent's, so that little is wasted.
 *
 * <p>Confined to one thread at a time.
 */
final class TwoArms {
    private final Comparison comparison;
    private final Group incumbent = new Group();
    private final Group candidate = new Group();

    TwoArms(Comparison comparison) {
        this.comparison = comparison;
    }

    /** The losses of one arm in the collection under way. */
    private static final class Group {
        private double sum;
        private long count;

        void add(double loss) {
            sum += Math.max(0, Math.min(1, loss));
            count++;
        }

        double takeMean() {
            double mean = sum / count;
            sum = 0;
            count = 0;
            return mean;
        }
    }

    void add(Arm arm, double loss) {
        (arm == Arm.INCUMBENT ? incumbent : candidate).add(loss);
        if (incumbent.count > 0 && candidate.count > 0) {
            comparison.add(incumbent.takeMean() - candidate.takeMean());
        }
    }

    Comparison comparison() {
        return comparison;
    }
}
