package io.mlops4j.tribuo;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowScorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.impl.ArrayExample;

/**
 * A loaded Tribuo model. Tribuo's models don't change when they predict, and XGBoost's predict under a lock of its own.
 *
 * <p>Thread-safe.
 *
 * @param <T> the type of output
 */
final class TribuoModel<T extends Output<T>> implements LoadedModel, RowScorer {
    private final Model<T> model;
    private final List<String> features;
    private final Outputs outputs;
    private final T anyOutput;

    private TribuoModel(Model<T> model) {
        this.model = model;
        this.features = new FeatureRows(model).names();
        this.outputs = Outputs.of(model);
        this.anyOutput = model.getOutputIDInfo().getOutput(0);
    }

    static <T extends Output<T>> TribuoModel<T> of(Model<T> model) {
        return new TribuoModel<>(model);
    }

    @Override
    public Signature signature() {
        return new Signature(
                List.of(TensorSpec.of(OnnxExport.INPUT, ElementType.FLOAT32, Shape.DYNAMIC, features())),
                List.of(TensorSpec.of(OnnxExport.OUTPUT, ElementType.FLOAT32, Shape.DYNAMIC, outputs())));
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        Tensor rows = rowsOf(inputs);
        double[] values = rows.doubles();
        int count = Math.toIntExact(rows.shape().size(0));
        List<Example<T>> examples = new ArrayList<>(count);
        for (int row = 0; row < count; row++) {
            double[] one = new double[features()];
            System.arraycopy(values, row * one.length, one, 0, one.length);
            examples.add(exampleOf(one, row));
        }
        float[] scores = new float[Math.multiplyExact(count, outputs())];
        if (count > 0) {
            List<Prediction<T>> predictions = model.predict(examples);
            for (int row = 0; row < count; row++) {
                write(predictions.get(row), scores, row * outputs());
            }
        }
        return Map.of(OnnxExport.OUTPUT, Tensor.ofFloats(scores, count, outputs()));
    }

    private Tensor rowsOf(Map<String, Value> inputs) {
        Value value = inputs.get(OnnxExport.INPUT);
        if (inputs.size() != 1 || value == null) {
            throw new RejectedInputException(
                    "Cannot run the model on inputs " + inputs.keySet() + ": expected one named " + OnnxExport.INPUT);
        }
        if (value instanceof Tensor tensor
                && (tensor.type() == ElementType.FLOAT32 || tensor.type() == ElementType.FLOAT64)
                && tensor.shape().rank() == 2
                && tensor.shape().size(1) == features()) {
            return tensor;
        }
        String seen = value instanceof Tensor tensor
                ? "" + tensor.type() + tensor.shape()
                : value.getClass().getSimpleName();
        throw new RejectedInputException("Cannot run the model on input " + OnnxExport.INPUT + " of " + seen
                + ": expected FLOAT32 or FLOAT64 of [rows, " + features() + "]");
    }

    private Example<T> exampleOf(double[] row, int index) {
        String[] names = new String[row.length];
        double[] values = new double[row.length];
        int present = 0;
        for (int i = 0; i < row.length; i++) {
            if (!Double.isNaN(row[i])) {
                names[present] = features.get(i);
                values[present++] = row[i];
            }
        }
        if (present == 0) {
            throw new RejectedInputException("Cannot score row " + index + ": all its features are absent");
        }
        return new ArrayExample<>(anyOutput, Arrays.copyOf(names, present), Arrays.copyOf(values, present));
    }

    private void write(Prediction<T> prediction, float[] out, int from) {
        double[] scores = outputs.scoresOf(prediction);
        for (int i = 0; i < scores.length; i++) {
            out[from + i] = (float) scores[i];
        }
    }

    @Override
    public Optional<RowScorer> rowScorer() {
        return Optional.of(this);
    }

    @Override
    public int features() {
        return features.size();
    }

    @Override
    public int outputs() {
        return outputs.size();
    }

    @Override
    public void score(float[] row, float[] out) {
        if (row.length != features()) {
            throw new RejectedInputException("Cannot score a row of " + row.length + " values: expected " + features());
        }
        double[] wide = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            wide[i] = row[i];
        }
        write(model.predict(exampleOf(wide, 0)), out, 0);
    }

    @Override
    public void close() {}
}
