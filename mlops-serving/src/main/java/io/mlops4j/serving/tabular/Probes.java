package io.mlops4j.serving.tabular;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Rows made up to find a difference: for trees most values are a threshold of their feature, or the float beside it on
 * either side, so that each row meets many comparisons at their edge and rows reach many leaves; some are NaN or infinite.
 * For linear models they are of different sizes. Always the same rows for the same model.
 *
 * <p>Confined to one thread at a time.
 */
final class Probes {
    private static final long SEED = 0x7ab1e5;
    private static final int ROWS = 512;
    private static final int ROWS_OF_LARGE = 128;
    private static final int LARGE = 1 << 17;

    private final Random random = new Random(SEED);
    private final Program program;
    private final List<List<Float>> thresholds = new ArrayList<>();
    private final int rows;

    private Probes(Program program) {
        this.program = program;
        int nodes = 0;
        for (int feature = 0; feature < program.width(); feature++) {
            thresholds.add(new ArrayList<>());
        }
        if (program.raw() instanceof Forest forest) {
            Branches branches = forest.branches();
            nodes = branches.count();
            for (int node = 0; node < nodes; node++) {
                thresholds.get(branches.feature(node)).add(branches.threshold(node));
            }
        }
        this.rows = nodes > LARGE || program.width() > LARGE / ROWS ? ROWS_OF_LARGE : ROWS;
    }

    /** Makes rows one after the other in one array. */
    static float[] rowsFor(Program program) {
        var probes = new Probes(program);
        float[] values = new float[Math.multiplyExact(probes.rows, program.width())];
        for (int row = 0; row < probes.rows; row++) {
            for (int feature = 0; feature < program.width(); feature++) {
                values[row * program.width() + feature] = probes.value(row, feature);
            }
        }
        return values;
    }

    private float value(int row, int feature) {
        List<Float> edges = thresholds.get(feature);
        boolean isForest = program.raw() instanceof Forest;
        if (row % 4 == 3 && random.nextInt(16) == 0) {
            return Float.NaN;
        }
        if (isForest && random.nextInt(64) == 0) {
            return random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
        }
        if (!edges.isEmpty() && random.nextInt(8) > 0) {
            return beside(undo(feature, edges.get(random.nextInt(edges.size()))));
        }
        float magnitude = isForest ? 1 : (float) Math.pow(10, row % 5 - 2);
        return undo(feature, magnitude * (float) random.nextGaussian());
    }

    private float beside(float edge) {
        return switch (random.nextInt(3)) {
            case 0 -> Math.nextDown(edge);
            case 1 -> Math.nextUp(edge);
            default -> edge;
        };
    }

    private float undo(int feature, float value) {
        float undone = value;
        for (int i = program.before().size() - 1; i >= 0; i--) {
            undone = program.before().get(i).undo(feature, undone);
        }
        return undone;
    }
}
