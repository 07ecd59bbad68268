package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.present;
import static io.mlops4j.serving.tabular.NotCompiledException.require;

import io.mlops4j.serving.tabular.Forest.Aggregate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/*
 * From columns to a forest, tree by tree. All six comparisons become "greater than": for floats without NaN, x < t is
 * x <= down(t), where down(t) is the next float below, and x >= t is its contrary; x == t takes two comparisons. What NaN
 * does is kept beside: it compares false with everything, so it takes the branch of "false" (of "true" for !=), unless the
 * node says that missing values take that of "true".
 *
 * A tree is walked once, breadth first, from its root. A node that is met twice has two parents or lies on a cycle, and a
 * node that is not met at all hangs in the air; the model is then not compiled. So the work is linear in the file's size
 * whatever the file says, and no recursion depends on its depth.
 */
/**
 * Compiles a tree ensemble.
 *
 * <p>Confined to one thread at a time.
 */
final class TreeCompiler {
    private final TreeColumns columns;
    private final int[] refs;
    private final int[] leafOf;
    private final List<Forest.Tree> trees = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();
    private final Map<Long, Span> spanById = new HashMap<>();
    private final int[] nodeById;
    private final int[] features;
    private final float[] thresholds;
    private final int[] low;
    private final int[] high;
    private final int[] absent;
    private int branches;
    private int leaves;

    /** Whether every row must have a score for every output; where it matters, having none is not the same as zero. */
    enum Scored {
        ALWAYS,
        PERHAPS
    }

    /** A tree's nodes, from the first to before the end, and its leaves likewise. */
    private record Span(int first, int end, int firstLeaf, int endLeaf) {
        int leaves() {
            return endLeaf - firstLeaf;
        }
    }

    private TreeCompiler(TreeColumns columns) {
        this.columns = columns;
        this.refs = new int[columns.nodes];
        this.leafOf = new int[columns.nodes];
        this.nodeById = new int[columns.nodes];
        int most = Math.multiplyExact(2, columns.nodes);
        this.features = new int[most];
        this.thresholds = new float[most];
        this.low = new int[most];
        this.high = new int[most];
        this.absent = new int[most];
    }

    /** Compiles; base values are by output, or none. */
    static Forest compile(TreeColumns columns, String aggregate, float[] baseValues, Scored scored)
            throws NotCompiledException {
        var compiler = new TreeCompiler(columns);
        int end;
        for (int first = 0; first < columns.nodes; first = end) {
            end = columns.endOfTree(first);
            compiler.tree(first, end);
        }
        return compiler.forest(aggregate, columns.baseValues(baseValues), scored);
    }

    private Forest forest(String aggregate, double[] base, Scored scored) throws NotCompiledException {
        Leaves all = leaves();
        int[] counts = spans.stream().mapToInt(Span::leaves).toArray();
        require(scored == Scored.PERHAPS || all.alwaysScore(columns.outputs, counts), "a score for every output");
        Aggregate how =
                switch (aggregate) {
                    case "SUM", "AVERAGE" -> Aggregate.SUM;
                    case "MIN" -> Aggregate.MIN;
                    case "MAX" -> Aggregate.MAX;
                    default -> throw new NotCompiledException("expected a known aggregate");
                };
        Leaves counted = aggregate.equals("AVERAGE") ? all.over(spans.size()) : all;
        var nodes = new Branches(
                Arrays.copyOf(features, branches),
                Arrays.copyOf(thresholds, branches),
                Arrays.copyOf(low, branches),
                Arrays.copyOf(high, branches),
                Arrays.copyOf(absent, branches));
        return new Forest(nodes, counted, base, how, trees);
    }

    private void tree(int first, int end) throws NotCompiledException {
        number(first, end);
        int[] order = breadthFirst(first, end);
        int[] depths = new int[end - first];
        int firstLeaf = leaves;
        // From the last to the first, children before their parents.
        for (int i = order.length - 1; i >= 0; i--) {
            int node = order[i];
            if (isLeaf(node)) {
                leafOf[node] = leaves++;
                refs[node] = ~leafOf[node];
            } else {
                int before = branches;
                int yes = nodeById[first + (int) columns.ifTrue[node]];
                int no = nodeById[first + (int) columns.ifFalse[node]];
                refs[node] = branch(node, refs[yes], refs[no]);
                depths[node - first] = branches - before + Math.max(depths[yes - first], depths[no - first]);
            }
        }
        var span = new Span(first, end, firstLeaf, leaves);
        require(spanById.put(columns.treeIds[first], span) == null, "each tree in one piece");
        spans.add(span);
        trees.add(new Forest.Tree(refs[first], depths[0], span.leaves()));
    }

    private boolean isLeaf(int node) {
        return columns.modes.get(node).equals("LEAF");
    }

    private void number(int first, int end) throws NotCompiledException {
        Arrays.fill(nodeById, first, end, -1);
        for (int node = first; node < end; node++) {
            long id = columns.nodeIds[node];
            require(id >= 0 && id < end - first && nodeById[first + (int) id] < 0, "nodes numbered from 0, each once");
            nodeById[first + (int) id] = node;
        }
    }

    private int[] breadthFirst(int first, int end) throws NotCompiledException {
        int[] order = new int[end - first];
        boolean[] met = new boolean[end - first];
        order[0] = first;
        met[0] = true;
        int count = 1;
        for (int i = 0; i < count; i++) {
            if (!isLeaf(order[i])) {
                order[count++] = meet(columns.ifTrue[order[i]], first, met);
                order[count++] = meet(columns.ifFalse[order[i]], first, met);
            }
        }
        require(count == order.length, "no node without a parent but the first");
        return order;
    }

    /** Each node is met at most once, so the order never overflows. */
    private int meet(long id, int first, boolean[] met) throws NotCompiledException {
        require(id >= 0 && id < met.length, "children within the tree");
        int child = nodeById[first + (int) id];
        require(!met[child - first], "no node with two parents");
        met[child - first] = true;
        return child;
    }

    /** Writes a comparison that leads to other nodes or leaves. */
    private int branch(int node, int yes, int no) throws NotCompiledException {
        float threshold = columns.thresholds[node];
        require(Float.isFinite(threshold), "finite thresholds");
        float down = Math.nextDown(threshold);
        int nan = columns.absentIsTrue(node) ? yes : no;
        return switch (columns.modes.get(node)) {
            case "BRANCH_LEQ" -> greater(node, threshold, no, yes, nan);
            case "BRANCH_LT" -> greater(node, down, no, yes, nan);
            case "BRANCH_GTE" -> greater(node, down, yes, no, nan);
            case "BRANCH_GT" -> greater(node, threshold, yes, no, nan);
            case "BRANCH_EQ" -> equal(node, threshold, yes, no, nan);
            case "BRANCH_NEQ" -> equal(node, threshold, no, yes, yes);
            default -> throw new NotCompiledException("expected known comparisons");
        };
    }

    private int equal(int node, float threshold, int yes, int no, int nan) throws NotCompiledException {
        return greater(node, threshold, no, greater(node, Math.nextDown(threshold), yes, no, nan), nan);
    }

    private int greater(int node, float threshold, int yes, int no, int nan) throws NotCompiledException {
        long feature = columns.features[node];
        require(feature >= 0 && feature < columns.width, "features of the input");
        features[branches] = (int) feature;
        thresholds[branches] = threshold;
        high[branches] = yes;
        low[branches] = no;
        absent[branches] = nan;
        return branches++;
    }

    /** Sorts the weights by leaf, by counting. */
    private Leaves leaves() throws NotCompiledException {
        int count = columns.leafWeights.length;
        int[] leafOfWeight = new int[count];
        int[] starts = new int[leaves + 1];
        for (int i = 0; i < count; i++) {
            leafOfWeight[i] = leafOf[nodeOfWeight(i)];
            starts[leafOfWeight[i] + 1]++;
        }
        for (int leaf = 0; leaf < leaves; leaf++) {
            require(columns.outputs > 1 || starts[leaf + 1] == 1, "one weight for each leaf of a single output");
            starts[leaf + 1] += starts[leaf];
        }
        int[] next = starts.clone();
        int[] outputs = new int[count];
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) {
            int place = next[leafOfWeight[i]]++;
            outputs[place] = (int) columns.leafOutputs[i];
            weights[place] = columns.leafWeights[i];
        }
        return new Leaves(starts, outputs, weights);
    }

    private int nodeOfWeight(int i) throws NotCompiledException {
        Span span = present(spanById.get(columns.leafTreeIds[i]), "weights of known trees");
        long id = columns.leafNodeIds[i];
        require(id >= 0 && id < span.end - span.first, "weights of known nodes");
        int node = nodeById[span.first + (int) id];
        require(isLeaf(node), "weights of leaves only");
        return node;
    }
}
