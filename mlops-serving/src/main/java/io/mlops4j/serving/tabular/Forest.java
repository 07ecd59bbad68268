package io.mlops4j.serving.tabular;

import io.mlops4j.serving.tabular.CompleteTrees.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree ensemble: what the leaves of all trees add to the base values. Shallow trees are walked as
 * {@link CompleteTrees}, unless the row has a NaN; deep ones as {@link Branches}. Sums are always taken in the same order
 * for the same row, so equal rows have equal scores.
 *
 * <p>Immutable.
 */
final class Forest implements RawScores {
    /** Above this, padding costs more memory than it saves time. */
    private static final int SHALLOW = 8;

    /** How many times the leaves of a tree its padded form may have. */
    private static final int MAX_PADDING = 8;

    private final Branches branches;
    private final Leaves leaves;
    private final Leaves magnitudes;
    private final double[] base;
    private final Aggregate aggregate;
    private final int[] roots;
    private final CompleteTrees[] complete;
    private final int[] deepRoots;
    private final int usedFeatures;
    private final long walkedLeaves;

    /** How the trees' leaves make a score. */
    enum Aggregate {
        SUM(0),
        MIN(Double.POSITIVE_INFINITY),
        MAX(Double.NEGATIVE_INFINITY);

        private final double start;

        Aggregate(double start) {
            this.start = start;
        }
    }

    /** The parts; arrays are shared. A tree is a root in the branches, its depth, and its number of leaves. */
    Forest(Branches branches, Leaves leaves, double[] base, Aggregate aggregate, List<Tree> trees) {
        this.branches = branches;
        this.leaves = leaves;
        this.magnitudes = leaves.magnitudes();
        this.base = base;
        this.aggregate = aggregate;
        this.roots = trees.stream().mapToInt(Tree::root).toArray();
        Map<Integer, List<Tree>> byDepth = new TreeMap<>();
        List<Tree> deep = new ArrayList<>();
        for (Tree tree : trees) {
            if (aggregate == Aggregate.SUM && isShallow(tree)) {
                byDepth.computeIfAbsent(tree.depth, d -> new ArrayList<>()).add(tree);
            } else {
                deep.add(tree);
            }
        }
        this.complete = byDepth.entrySet().stream()
                .map(e -> complete(e.getKey(), e.getValue()))
                .toArray(CompleteTrees[]::new);
        this.deepRoots = deep.stream().mapToInt(Tree::root).toArray();
        this.walkedLeaves = deep.stream().mapToLong(Tree::leaves).sum();
        int used = 0;
        for (int node = 0; node < branches.count(); node++) {
            used = Math.max(used, branches.feature(node) + 1);
        }
        this.usedFeatures = used;
    }

    /** A tree of the ensemble. */
    record Tree(int root, int depth, int leaves) {}

    private static boolean isShallow(Tree tree) {
        return tree.depth <= SHALLOW && 1 << tree.depth <= MAX_PADDING * tree.leaves;
    }

    private CompleteTrees complete(int depth, List<Tree> trees) {
        int[] theirRoots = trees.stream().mapToInt(Tree::root).toArray();
        Weights kept = base.length == 1 ? Weights.ONE_A_LEAF : Weights.ANY;
        return new CompleteTrees(depth, theirRoots, branches, leaves, kept);
    }

    /** The nodes of all trees. */
    Branches branches() {
        return branches;
    }

    /** How many leaves the trees have that are walked node by node. */
    long walkedLeaves() {
        return walkedLeaves;
    }

    @Override
    public int outputs() {
        return base.length;
    }

    @Override
    public int terms() {
        return roots.length + 1;
    }

    @Override
    public double only(float[] row, int from) {
        if (aggregate != Aggregate.SUM) {
            return base[0] + extreme(row, from);
        }
        return base[0] + (hasNaN(row, from) ? sumOfAny(row, from) : sumOfPresent(row, from));
    }

    private double sumOfPresent(float[] row, int from) {
        double sum = 0;
        for (CompleteTrees trees : complete) {
            sum += trees.sum(row, from);
        }
        for (int root : deepRoots) {
            sum += leaves.weight(branches.leafOfPresent(root, row, from));
        }
        return sum;
    }

    private double sumOfAny(float[] row, int from) {
        double sum = 0;
        for (int root : roots) {
            sum += leaves.weight(branches.leaf(root, row, from));
        }
        return sum;
    }

    private double extreme(float[] row, int from) {
        double extreme = aggregate.start;
        for (int root : roots) {
            double weight = leaves.weight(branches.leaf(root, row, from));
            extreme = aggregate == Aggregate.MIN ? Math.min(extreme, weight) : Math.max(extreme, weight);
        }
        return extreme;
    }

    @Override
    public void scoresOf(float[] row, int from, double[] scores) {
        if (base.length == 1) {
            scores[0] = only(row, from);
            return;
        }
        Arrays.fill(scores, aggregate.start);
        if (hasNaN(row, from)) {
            for (int root : roots) {
                apply(scores, branches.leaf(root, row, from));
            }
        } else {
            for (CompleteTrees trees : complete) {
                trees.addTo(scores, leaves, row, from);
            }
            for (int root : deepRoots) {
                apply(scores, branches.leafOfPresent(root, row, from));
            }
        }
        for (int i = 0; i < base.length; i++) {
            scores[i] += base[i];
        }
    }

    private void apply(double[] scores, int leaf) {
        switch (aggregate) {
            case SUM -> leaves.addTo(scores, leaf);
            case MIN -> leaves.lower(scores, leaf);
            case MAX -> leaves.raise(scores, leaf);
        }
    }

    @Override
    public void magnitudesOf(float[] row, int from, double[] sums) {
        for (int i = 0; i < base.length; i++) {
            sums[i] = Math.abs(base[i]);
        }
        for (int root : roots) {
            magnitudes.addTo(sums, branches.leaf(root, row, from));
        }
    }

    private boolean hasNaN(float[] row, int from) {
        for (int i = from; i < from + usedFeatures; i++) {
            if (Float.isNaN(row[i])) {
                return true;
            }
        }
        return false;
    }
}
