package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.VerifiedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.impl.ArrayExample;

/**
 * Evidence that an exported model predicts what the Tribuo model predicts: each score of each example, computed by both.
 *
 * <p>A difference counts relative to the size of the scores: for each output, to the largest absolute score that
 * Tribuo gives it over the examples. Both sides see the same values, those of the examples rounded to {@code float}, because
 * that is what the exported model will be given.
 *
 * <p>Immutable.
 *
 * @param rows how many examples were compared, at least 1
 * @param worst the greatest relative difference seen, 0 or more
 * @param worstRow the index of the example that had it
 * @param worstOutput the label or dimension that had it
 */
public record OnnxParity(int rows, double worst, int worstRow, String worstOutput) {
    private static final int BATCH = 1024;
    private static final int SHOWN = 16;

    /** Checks that nothing is null. */
    public OnnxParity {
        requireNonNull(worstOutput, "worstOutput");
    }

    /**
     * Compares an export with its model.
     *
     * @param model the model that was exported
     * @param export its export
     * @param runtime what will serve the export, such as ONNX Runtime
     * @param examples at least one; best the validation data, and rows at the edges of the features' ranges
     * @param tolerance the greatest relative difference allowed, above 0; {@code 1e-5} suits sums of a few hundred trees
     * @param <T> the type of output
     * @return what was seen
     * @throws RejectedModelException if a difference is above the tolerance, or the runtime refuses the export
     * @throws RejectedInputException if Tribuo cannot predict an example
     * @throws IllegalArgumentException if there are no examples or the tolerance is not above 0
     */
    public static <T extends Output<T>> OnnxParity check(
            Model<T> model,
            OnnxExport export,
            InferenceRuntime runtime,
            Iterable<? extends Example<T>> examples,
            double tolerance) {
        if (!(tolerance > 0)) {
            throw new IllegalArgumentException("Invalid tolerance " + tolerance + ": expected more than 0");
        }
        List<float[]> rows = new ArrayList<>();
        List<double[]> expected = new ArrayList<>();
        Outputs outputs = Outputs.of(model);
        for (Example<T> example : examples) {
            expected.add(predict(model, outputs, example, rows.size()));
            rows.add(export.row(example));
        }
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("Cannot check the parity of an export without examples");
        }
        OnnxParity parity = compare(outputs.names(), expected, run(export, runtime, rows));
        if (!(parity.worst <= tolerance)) {
            throw new RejectedModelException(
                    "Cannot accept the ONNX export of a " + model.getClass().getSimpleName()
                            + ": for example " + parity.worstRow + ", output " + parity.worstOutput
                            + ", it differs from Tribuo by " + parity.worst + " of the largest score, expected at most "
                            + tolerance + "; the example as given: " + head(rows.get(parity.worstRow)));
        }
        return parity;
    }

    private static <T extends Output<T>> double[] predict(
            Model<T> model, Outputs outputs, Example<T> example, int row) {
        String[] names = new String[example.size()];
        double[] values = new double[names.length];
        int i = 0;
        for (Feature feature : example) {
            names[i] = feature.getName();
            values[i++] = (float) feature.getValue();
        }
        try {
            return outputs.scoresOf(model.predict(new ArrayExample<>(example.getOutput(), names, values)));
        } catch (IllegalArgumentException e) {
            throw new RejectedInputException("Cannot check the parity of example " + row + ": Tribuo refuses it", e);
        }
    }

    private static List<double[]> run(OnnxExport export, InferenceRuntime runtime, List<float[]> rows) {
        byte[] bytes = export.toBytes();
        var verified = VerifiedModel.verify("export", "model.onnx", bytes, Digest.of(bytes), Map.of());
        List<double[]> out = new ArrayList<>(rows.size());
        try (LoadedModel loaded = runtime.load(verified)) {
            for (int from = 0; from < rows.size(); from += BATCH) {
                List<float[]> batch = rows.subList(from, Math.min(from + BATCH, rows.size()));
                Tensor input = Tensor.ofRows(batch.toArray(new float[0][]));
                Value scores = loaded.run(Map.of(OnnxExport.INPUT, input)).get(OnnxExport.OUTPUT);
                split((Tensor) requireNonNull(scores, OnnxExport.OUTPUT), batch.size(), out);
            }
        }
        return out;
    }

    private static void split(Tensor scores, int rows, List<double[]> out) {
        double[] all = scores.doubles();
        int width = all.length / rows;
        for (int row = 0; row < rows; row++) {
            double[] one = new double[width];
            System.arraycopy(all, row * width, one, 0, width);
            out.add(one);
        }
    }

    private static OnnxParity compare(List<String> names, List<double[]> expected, List<double[]> actual) {
        var worst = new OnnxParity(expected.size(), 0, 0, names.get(0));
        for (int output = 0; output < names.size(); output++) {
            int column = output;
            double largest = expected.stream()
                    .mapToDouble(row -> Math.abs(row[column]))
                    .max()
                    .orElse(0);
            double scale = Math.max(largest, Float.MIN_NORMAL);
            for (int row = 0; row < expected.size(); row++) {
                double difference = Math.abs(expected.get(row)[output] - actual.get(row)[output]) / scale;
                // NaN, a score that one side lacks, compares as greater than every number.
                if (Double.compare(difference, worst.worst) > 0) {
                    worst = new OnnxParity(expected.size(), difference, row, names.get(output));
                }
            }
        }
        return worst;
    }

    private static String head(float[] row) {
        String shown = Arrays.toString(Arrays.copyOf(row, Math.min(row.length, SHOWN)));
        return row.length > SHOWN ? shown + " and " + (row.length - SHOWN) + " more" : shown;
    }
}
