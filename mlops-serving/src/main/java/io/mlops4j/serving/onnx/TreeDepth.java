package io.mlops4j.serving.onnx;

import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;

/**
 * Bounds the depth of decision trees. ONNX Runtime reads a tree by recursion: a branch of some two thousand nodes, which
 * is a file of a few kilobytes, overflows the stack of the thread that loads it, and ends the JVM.
 *
 * <p>Confined to one thread at a time.
 */
final class TreeDepth {
    /** Takes a third of a thread's usual stack of 1 MiB; trees that were grown on data are some tens deep. */
    static final int MAX = 512;

    private static final int OPEN = -1;

    private final int[] ifTrue;
    private final int[] ifFalse;

    /** 0 for what was not visited, OPEN for what is being visited, else the number of nodes to the farthest leaf. */
    private final int[] heights;

    private final int[] path;

    private TreeDepth(int[] ifTrue, int[] ifFalse) {
        this.ifTrue = ifTrue;
        this.ifFalse = ifFalse;
        this.heights = new int[ifTrue.length];
        this.path = new int[MAX + 1];
    }

    /**
     * Checks a node.
     *
     * @param node a NodeProto of an operator of trees, any version
     * @throws MalformedProtoException if a tree is deeper than {@link #MAX}, or no tree
     */
    static void requireBounded(ProtoReader node) throws MalformedProtoException {
        TreeEdges edges = TreeEdges.read(node);
        new TreeDepth(edges.ifTrue(), edges.ifFalse()).measure();
    }

    private void measure() throws MalformedProtoException {
        for (int root = 0; root < heights.length; root++) {
            if (heights[root] == 0) {
                descend(root);
            }
        }
    }

    /** Depth first, the path held in an array of bounded length. */
    private void descend(int root) throws MalformedProtoException {
        int length = push(root, 0);
        while (length > 0) {
            int node = path[length - 1];
            int next =
                    unvisited(ifFalse[node]) ? ifFalse[node] : unvisited(ifTrue[node]) ? ifTrue[node] : TreeEdges.NONE;
            if (next != TreeEdges.NONE) {
                length = push(next, length);
            } else {
                heights[node] = 1 + Math.max(height(ifTrue[node]), height(ifFalse[node]));
                requireAtMost(heights[node]);
                length--;
            }
        }
    }

    private int push(int node, int length) throws MalformedProtoException {
        requireAtMost(length + 1);
        heights[node] = OPEN;
        path[length] = node;
        return length + 1;
    }

    private boolean unvisited(int node) {
        return node != TreeEdges.NONE && heights[node] == 0;
    }

    private int height(int node) throws MalformedProtoException {
        if (node == TreeEdges.NONE) {
            return 0;
        }
        if (heights[node] == OPEN) {
            throw new MalformedProtoException("a decision tree in which a node is below itself");
        }
        return heights[node];
    }

    private static void requireAtMost(int depth) throws MalformedProtoException {
        if (depth > MAX) {
            throw new MalformedProtoException("a decision tree of more than " + MAX + " levels");
        }
    }
}
