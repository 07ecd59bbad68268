package io.mlops4j.tribuo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes a booster in the form that {@link BoosterReader} reads, and with nothing else in it than what was read and checked.
 * XGBoost trusts the bytes it loads: one flipped bit in a count ends the process. So a file's bytes never reach it;
 * these do. What a model does not need to predict (statistics, training parameters, attributes) is left out.
 *
 * <p>Confined to one thread at a time.
 */
final class BoosterWriter {
    /** The version whose form this is; older forms are read differently. */
    private static final int MAJOR = 1;

    private static final int MINOR = 6;

    private final Booster booster;
    private final int columns;
    private final ByteBuffer out;

    private BoosterWriter(Booster booster, int columns) {
        this.booster = booster;
        this.columns = columns;
        this.out = ByteBuffer.allocate(sizeOf(booster)).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] write(Booster booster, int columns) {
        BoosterWriter writer = new BoosterWriter(booster, columns);
        writer.write();
        return writer.out.array();
    }

    private static int sizeOf(Booster booster) {
        long size = (long) BoosterReader.LEARNER_BYTES + BoosterReader.MODEL_BYTES;
        size += 2L * Long.BYTES + booster.objective().length() + booster.kind().length();
        for (FlatTree tree : booster.trees()) {
            size += BoosterReader.TREE_BYTES
                    + (long) tree.nodes().size() * (BoosterReader.NODE_BYTES + BoosterReader.STATISTICS_BYTES);
        }
        size += (long) booster.trees().size() * Integer.BYTES;
        if (booster.isDart() && !booster.trees().isEmpty()) {
            size += Long.BYTES + (long) booster.trees().size() * Float.BYTES;
        }
        return Math.toIntExact(size);
    }

    private void write() {
        int start = out.position();
        out.putFloat(booster.baseScore()).putInt(columns).putInt(booster.classes());
        out.putInt(0).putInt(0).putInt(MAJOR).putInt(MINOR).putInt(1);
        out.position(start + BoosterReader.LEARNER_BYTES);
        name(booster.objective());
        name(booster.kind());
        int model = out.position();
        out.putInt(booster.trees().size()).putInt(1).putInt(columns);
        out.position(model + BoosterReader.MODEL_BYTES);
        booster.trees().forEach(this::tree);
        for (int group : booster.groupOf()) {
            out.putInt(group);
        }
        if (booster.isDart() && !booster.trees().isEmpty()) {
            out.putLong(booster.weights().length);
            for (float weight : booster.weights()) {
                out.putFloat(weight);
            }
        }
    }

    private void name(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        out.putLong(bytes.length).put(bytes);
    }

    private void tree(FlatTree tree) {
        List<FlatTree.Node> nodes = tree.nodes();
        int start = out.position();
        out.putInt(1).putInt(nodes.size()).putInt(0).putInt(0).putInt(columns);
        out.position(start + BoosterReader.TREE_BYTES);
        int[] parents = parentsOf(nodes);
        for (int i = 0; i < nodes.size(); i++) {
            out.putInt(parents[i]);
            if (nodes.get(i) instanceof FlatTree.Split split) {
                out.putInt(split.yes()).putInt(split.no());
                out.putInt(split.feature() | (split.absentIsYes() ? BoosterReader.DEFAULT_LEFT : 0));
                out.putFloat(split.threshold());
            } else if (nodes.get(i) instanceof FlatTree.Leaf leaf) {
                out.putInt(-1).putInt(-1).putInt(0).putFloat((float) leaf.scores()[0]);
            }
        }
        out.position(out.position() + nodes.size() * BoosterReader.STATISTICS_BYTES);
    }

    /** The parent of each node, with XGBoost's mark on left children; the root has none. */
    private static int[] parentsOf(List<FlatTree.Node> nodes) {
        int[] parents = new int[nodes.size()];
        parents[0] = -1;
        for (int i = 0; i < parents.length; i++) {
            if (nodes.get(i) instanceof FlatTree.Split split) {
                parents[split.yes()] = i | BoosterReader.DEFAULT_LEFT;
                parents[split.no()] = i;
            }
        }
        return parents;
    }
}
