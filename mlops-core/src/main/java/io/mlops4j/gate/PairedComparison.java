package io.mlops4j.gate;

import java.util.HashMap;
import java.util.Map;

/**
 * A candidate and a baseline measured on the same items: the mean of the differences and its standard error, clustered
 * by topic where items are not independent. Differences are turned so that positive means that the candidate is better.
 *
 * <p>Why pairs: two separate averages differ by chance. With 100 items and differences of standard deviation 0.3, an
 * unchanged model looks 0.02 worse one time in four. So the verdict rests on a confidence bound, and data that cannot
 * tell says so.
 *
 * <p>With n items in G clusters, d̄ the mean of the differences dᵢ and s_g the sum of dᵢ − d̄ over cluster g,
 * SE² = G/(G−1) · Σ s_g² / n² (the cluster-robust error of a mean; E. Miller, "Adding Error Bars to Evals", 2024,
 * arXiv:2411.00640, with the usual small-sample factor). With every item its own cluster that is the familiar s²/n.
 *
 * <p>Immutable.
 *
 * @param items how many pairs, n
 * @param clusters how many clusters, G, 1 to n; n if the items are independent
 * @param meanDifference d̄; positive if the candidate is better
 * @param standardError SE of d̄; NaN with fewer than two clusters
 */
public record PairedComparison(int items, int clusters, double meanDifference, double standardError) {
    /** With fewer clusters the normal bound is too narrow, and every verdict is inconclusive. */
    public static final int MIN_CLUSTERS = 30;

    /** The z of a one-sided bound at 95%. */
    public static final double Z_95 = 1.6448536269514722;

    /**
     * Compares scores, of which higher is better.
     *
     * @param candidate the candidate's score on each item; finite
     * @param baseline the baseline's score on the same items, in the same order
     * @return the comparison
     * @throws IllegalArgumentException if the lengths differ, there is no item, or a score is not finite
     */
    public static PairedComparison ofScores(double[] candidate, double[] baseline) {
        return of(differences(candidate, baseline, 1), each(candidate.length));
    }

    /**
     * Compares errors, of which lower is better.
     *
     * @param candidate the candidate's error on each item, such as its square; finite
     * @param baseline the baseline's error on the same items, in the same order
     * @return the comparison
     * @throws IllegalArgumentException if the lengths differ, there is no item, or an error is not finite
     */
    public static PairedComparison ofErrors(double[] candidate, double[] baseline) {
        return of(differences(candidate, baseline, -1), each(candidate.length));
    }

    /**
     * Compares by differences, items that belong together clustered.
     *
     * @param differences one for each item, positive if the candidate is better; finite
     * @param cluster the cluster of each item, equal numbers for equal clusters
     * @return the comparison
     * @throws IllegalArgumentException if the lengths differ, there is no item, or a difference is not finite
     */
    public static PairedComparison of(double[] differences, int[] cluster) {
        int n = differences.length;
        if (n == 0 || cluster.length != n) {
            throw new IllegalArgumentException("Cannot compare " + n + " differences in " + cluster.length
                    + " cluster labels: expected one or more, and as many of both");
        }
        double mean = 0;
        for (int i = 0; i < n; i++) {
            if (!Double.isFinite(differences[i])) {
                throw new IllegalArgumentException(
                        "Invalid difference " + differences[i] + " of item " + i + ": expected a finite number");
            }
            // A running mean does not overflow where a sum would.
            mean += (differences[i] - mean) / (i + 1);
        }
        Map<Integer, Double> sums = new HashMap<>();
        for (int i = 0; i < n; i++) {
            sums.merge(cluster[i], differences[i] - mean, Double::sum);
        }
        int groups = sums.size();
        double squares = sums.values().stream().mapToDouble(sum -> sum * sum).sum();
        double error = groups < 2 ? Double.NaN : Math.sqrt(squares * groups / (groups - 1)) / n;
        return new PairedComparison(n, groups, mean, error);
    }

    private static double[] differences(double[] candidate, double[] baseline, int sign) {
        if (candidate.length != baseline.length) {
            throw new IllegalArgumentException("Cannot pair " + candidate.length + " candidate values with "
                    + baseline.length + " baseline values: expected as many of both");
        }
        double[] differences = new double[candidate.length];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = sign * (candidate[i] - baseline[i]);
        }
        return differences;
    }

    private static int[] each(int n) {
        int[] cluster = new int[n];
        for (int i = 0; i < n; i++) {
            cluster[i] = i;
        }
        return cluster;
    }

    /**
     * Judges whether the candidate is worse by more than a margin: with LCL and UCL = d̄ ∓ z·SE, it passes if
     * LCL ≥ −δ, fails if UCL &lt; −δ, and else is inconclusive. How many more samples would settle it assumes that
     * mean and spread stay as they are: n′ = (z·SE·√n / (d̄ + δ))².
     *
     * @param margin δ, the loss that is tolerated, 0 or more, in the unit of the differences
     * @param z how many standard errors the bound is wide, above 0; {@link #Z_95} for one-sided 95%
     * @return the verdict, with d̄, SE, both bounds, n and G as evidence
     * @throws IllegalArgumentException if the margin or z is out of range
     */
    public Verdict judge(double margin, double z) {
        requireMargin(margin, z);
        if (clusters < MIN_CLUSTERS) {
            int missing = MIN_CLUSTERS - clusters;
            return Verdict.inconclusive(
                    missing,
                    clusters + " independent items are too few for a verdict, expected " + MIN_CLUSTERS,
                    evidence(margin, z));
        }
        Evidence evidence = evidence(margin, z);
        if (lower(z) >= -margin) {
            return Verdict.pass(evidence);
        }
        if (upper(z) < -margin) {
            return Verdict.fail("the candidate is worse by " + -meanDifference + ", tolerated is " + margin, evidence);
        }
        long more = moreSamples(margin, z);
        return Verdict.inconclusive(more, "whether the candidate is worse is open; needs " + more + " more", evidence);
    }

    static void requireMargin(double margin, double z) {
        if (!(margin >= 0 && Double.isFinite(margin)) || !(z > 0 && Double.isFinite(z))) {
            throw new IllegalArgumentException("Invalid margin " + margin + " or z " + z
                    + ": expected a finite margin of 0 or more and a finite z above 0");
        }
    }

    private double lower(double z) {
        return meanDifference - z * standardError;
    }

    private double upper(double z) {
        return meanDifference + z * standardError;
    }

    private long moreSamples(double margin, double z) {
        double needed = Math.pow(z * standardError / (meanDifference + margin), 2) * items;
        // A mean right on the margin would need infinitely many; the cast saturates.
        return Math.max(1, (long) Math.ceil(needed) - items);
    }

    private Evidence evidence(double margin, double z) {
        return Evidence.none()
                .with("items", items)
                .with("clusters", clusters)
                .with("mean difference", meanDifference)
                .with("standard error", standardError)
                .with("lower bound", lower(z))
                .with("upper bound", upper(z))
                .with("margin", margin)
                .with("z", z);
    }
}
