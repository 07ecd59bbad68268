package io.mlops4j.tribuo;

import io.mlops4j.RejectedModelException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the binary form in which XGBoost 1.x keeps a booster ("deprecated" in its own words, and the one that Tribuo
 * 4.3 writes into its models): thresholds, leaves and the base score exactly as they are, where the text dump lacks the base score
 * and the weights of DART. Everything read is checked, so that broken bytes end here and not in native code.
 *
 * <p>Little-endian, in order: learner parameters (136 bytes: base score, features, classes, then fields that are not
 * needed to predict), name of the objective, name of the booster, model parameters (160 bytes: number of trees first); a tree is
 * its parameters (148 bytes: number of nodes second), nodes of 20 bytes, statistics of 16 bytes a node; after the
 * trees the output group of each, and for DART the weight of each.
 *
 * <p>Confined to one thread at a time.
 *
 * @see <a href="https://github.com/dmlc/xgboost/blob/v1.6.2/src/learner.cc">learner.cc</a> (LearnerModelParamLegacy,
 *     LoadModel), gbtree_model.cc, gbtree.cc and tree_model.h of XGBoost 1.6.2
 */
final class BoosterReader {
    static final int LEARNER_BYTES = 136;
    static final int MODEL_BYTES = 160;
    static final int TREE_BYTES = 148;
    static final int NODE_BYTES = 20;
    static final int STATISTICS_BYTES = 16;
    /** The top bit of a packed feature: an absent value goes left. On a parent's index: the node is a left child. */
    static final int DEFAULT_LEFT = 0x8000_0000;

    private static final int LONGEST_NAME = 64;
    private static final int FEATURE_MASK = 0x7fff_ffff;

    private final ByteBuffer in;
    private final int columns;

    private BoosterReader(byte[] bytes, int columns) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.columns = columns;
    }

    /**
     * Reads a booster.
     *
     * @param bytes as the Tribuo model keeps them
     * @param columns how many features the model takes
     * @throws RejectedModelException if the bytes are no booster of trees in this form
     */
    static Booster read(byte[] bytes, int columns) {
        try {
            return new BoosterReader(bytes, columns).read();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // A length that runs past the end shows itself as either.
            throw new RejectedModelException(
                    "Cannot read an XGBoost booster of " + bytes.length + " bytes: cut short", e);
        }
    }

    private Booster read() {
        if (in.remaining() >= 4 && in.get(0) == 'b' && in.get(1) == 'i' && in.get(2) == 'n' && in.get(3) == 'f') {
            in.position(4);
        }
        int learner = in.position();
        float baseScore = in.getFloat();
        int features = in.getInt();
        int classes = in.getInt();
        in.position(learner + LEARNER_BYTES);
        String objective = name("objective");
        String kind = name("booster");
        if (!kind.equals(Booster.GBTREE) && !kind.equals(Booster.DART)) {
            throw broken("booster " + kind + ", expected gbtree or dart");
        }
        if (features != columns || classes < 0) {
            throw broken(features + " features and " + classes + " classes, expected " + columns + " features");
        }
        int model = in.position();
        int count = in.getInt();
        in.position(model + MODEL_BYTES);
        List<FlatTree> trees = trees(count);
        int groups = Math.max(classes, 1);
        // Every class has a tree in every round; a count beyond that would only make XGBoost allocate.
        if (groups > Math.max(count, 1)) {
            throw broken(classes + " classes for " + count + " trees");
        }
        int[] groupOf = groups(count, groups);
        float[] weights = kind.equals(Booster.DART) ? weights(count) : ones(count);
        return new Booster(objective, kind, baseScore, classes, trees, groupOf, weights);
    }

    private String name(String what) {
        long length = in.getLong();
        if (length < 0 || length > LONGEST_NAME) {
            throw broken("a name of the " + what + " of " + length + " bytes; expected the binary form of XGBoost 1.x");
        }
        byte[] text = new byte[(int) length];
        in.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private List<FlatTree> trees(int count) {
        if (count < 0 || count > in.remaining() / TREE_BYTES) {
            throw broken(count + " trees in " + in.remaining() + " bytes");
        }
        List<FlatTree> trees = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            trees.add(tree());
        }
        return trees;
    }

    private FlatTree tree() {
        int start = in.position();
        in.getInt();
        int count = in.getInt();
        in.position(start + TREE_BYTES);
        if (count < 1 || count > in.remaining() / (NODE_BYTES + STATISTICS_BYTES)) {
            throw broken("a tree of " + count + " nodes in " + in.remaining() + " bytes");
        }
        int nodes = in.position();
        in.position(nodes + count * (NODE_BYTES + STATISTICS_BYTES));
        return new FlatTree(FlatTree.Comparison.BRANCH_LT, reachable(nodes, count));
    }

    /** Renumbers breadth first, which leaves out nodes that were pruned away and shows cycles. */
    private List<FlatTree.Node> reachable(int nodes, int count) {
        int[] order = new int[count];
        int known = 1;
        List<FlatTree.Node> out = new ArrayList<>(count);
        for (int i = 0; i < known; i++) {
            int at = nodes + order[i] * NODE_BYTES;
            int left = in.getInt(at + 4);
            int right = in.getInt(at + 8);
            float value = in.getFloat(at + 16);
            if (left == -1) {
                out.add(new FlatTree.Leaf(new double[] {value}));
                continue;
            }
            if (left < 0 || left >= count || right < 0 || right >= count || known + 2 > count) {
                throw broken("a node with children " + left + " and " + right + " in a tree of " + count + " nodes");
            }
            out.add(split(in.getInt(at + 12), value, known));
            order[known++] = left;
            order[known++] = right;
        }
        return out;
    }

    private FlatTree.Split split(int packed, float threshold, int firstChild) {
        int feature = packed & FEATURE_MASK;
        if (feature >= columns) {
            throw broken("a split on feature " + feature + " of " + columns);
        }
        return new FlatTree.Split(feature, threshold, firstChild, firstChild + 1, (packed & DEFAULT_LEFT) != 0);
    }

    private int[] groups(int count, int groups) {
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = in.getInt();
            if (out[i] < 0 || out[i] >= groups) {
                throw broken("a tree of output group " + out[i] + " of " + groups);
            }
        }
        return out;
    }

    private float[] weights(int count) {
        long stated = count == 0 ? 0 : in.getLong();
        if (stated != count) {
            throw broken(stated + " weights for " + count + " trees");
        }
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = in.getFloat();
        }
        return out;
    }

    private static float[] ones(int count) {
        float[] out = new float[count];
        Arrays.fill(out, 1);
        return out;
    }

    private static RejectedModelException broken(String what) {
        return new RejectedModelException("Cannot read an XGBoost booster: it has " + what);
    }
}
