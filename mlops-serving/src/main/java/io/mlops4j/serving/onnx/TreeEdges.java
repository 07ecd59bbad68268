package io.mlops4j.serving.onnx;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Where the branches of trees lead, as the attributes of an operator of trees write it: by tree and node in
 * TreeEnsembleRegressor and TreeEnsembleClassifier, by index in TreeEnsemble. Columns of different lengths are cut to
 * the shortest; ONNX Runtime refuses them.
 *
 * <p>Confined to one thread at a time.
 */
final class TreeEdges {
    /** Stands for a branch that leads to no further branch. */
    static final int NONE = -1;

    private final Map<String, long[]> columns = new HashMap<>();

    private TreeEdges() {}

    /** Reads the attributes of a NodeProto. */
    static TreeEdges read(ProtoReader node) throws MalformedProtoException {
        var edges = new TreeEdges();
        while (node.next()) {
            if (node.isBytes() && node.field() == 5) {
                edges.column(node.message());
            }
        }
        return edges;
    }

    /** Reads an AttributeProto: numbers as they are; of texts, 1 for LEAF and 0 for others. */
    private void column(ProtoReader attribute) throws MalformedProtoException {
        String name = "";
        var numbers = new Numbers();
        while (attribute.next()) {
            if (attribute.field() == 1 && attribute.isBytes()) {
                name = attribute.text();
            } else if (attribute.field() == 8 && attribute.isVarint()) {
                numbers.add(attribute.number());
            } else if (attribute.field() == 8 && attribute.isBytes()) {
                ProtoReader packed = attribute.message();
                while (packed.hasMore()) {
                    numbers.add(packed.varint());
                }
            } else if (attribute.field() == 9 && attribute.isBytes()) {
                numbers.add(attribute.text().equals("LEAF") ? 1 : 0);
            }
        }
        columns.put(name, numbers.toArray());
    }

    private int nodes() {
        return Math.min(column("nodes_truenodeids").length, column("nodes_falsenodeids").length);
    }

    /** The index of the node that each node's true branch leads to, or NONE. */
    int[] ifTrue() {
        return children(column("nodes_truenodeids"), column("nodes_trueleafs"));
    }

    /** The index of the node that each node's false branch leads to, or NONE. */
    int[] ifFalse() {
        return children(column("nodes_falsenodeids"), column("nodes_falseleafs"));
    }

    private int[] children(long[] ids, long[] toLeaf) {
        return columns.containsKey("nodes_treeids") ? byId(ids) : byIndex(ids, toLeaf);
    }

    private int[] byIndex(long[] ids, long[] toLeaf) {
        int[] children = new int[nodes()];
        for (int i = 0; i < children.length; i++) {
            boolean leaf = i < toLeaf.length && toLeaf[i] != 0;
            children[i] = leaf || ids[i] < 0 || ids[i] >= children.length ? NONE : (int) ids[i];
        }
        return children;
    }

    private int[] byId(long[] ids) {
        long[] trees = column("nodes_treeids");
        long[] nodes = column("nodes_nodeids");
        long[] leaves = column("nodes_modes");
        int[] children = new int[nodes()];
        Arrays.fill(children, NONE);
        int known = Math.min(Math.min(trees.length, nodes.length), children.length);
        Map<Long, Map<Long, Integer>> places = new HashMap<>(); // a tree's nodes may stand anywhere
        for (int i = 0; i < known; i++) {
            places.computeIfAbsent(trees[i], tree -> new HashMap<>()).put(nodes[i], i);
        }
        for (int i = 0; i < known; i++) {
            boolean leaf = i < leaves.length && leaves[i] != 0;
            children[i] = leaf ? NONE : places.getOrDefault(trees[i], Map.of()).getOrDefault(ids[i], NONE);
        }
        return children;
    }

    private long[] column(String name) {
        return columns.getOrDefault(name, new long[0]);
    }

    /** A list of numbers that does not box them. */
    private static final class Numbers {
        private long[] numbers = new long[16];
        private int count;

        void add(long number) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
            }
            numbers[count++] = number;
        }

        long[] toArray() {
            return Arrays.copyOf(numbers, count);
        }
    }
}
