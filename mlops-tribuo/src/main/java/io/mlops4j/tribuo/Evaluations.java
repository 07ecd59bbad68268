package io.mlops4j.tribuo;

import io.mlops4j.RejectedInputException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.evaluation.RegressionEvaluation;
import org.tribuo.regression.evaluation.RegressionEvaluator;

/**
 * How well a model does on data, by Tribuo's evaluators, as metrics of a run.
 *
 * <ul>
 *   <li>Regression: {@code rmse} (root mean squared error) and {@code mae} (mean absolute error), in units of the output,
 *       and {@code r2} (1 is perfect, 0 no better than the mean); with several dimensions their averages, and
 *       each dimension's own under {@code rmse.<dimension>} and so on.
 *   <li>Classification: {@code accuracy}, {@code macro_precision}, {@code macro_recall}, {@code macro_f1} and
 *       {@code balanced_error_rate}, all from 0 to 1.
 * </ul>
 *
 * <p>A metric that the data cannot give is NaN: R² of a constant, say.
 *
 * <p>Immutable.
 */
public final class Evaluations {
    private Evaluations() {}

    /**
     * Evaluates a model.
     *
     * @param model a classifier or a regressor
     * @param data at least one example
     * @param <T> the type of output
     * @return values by name, sorted by name
     * @throws RejectedInputException if the model is neither, or there are no examples
     */
    public static <T extends Output<T>> SortedMap<String, Double> metrics(Model<T> model, Dataset<T> data) {
        if (data.size() == 0) {
            throw new RejectedInputException("Cannot evaluate a model on a data set without examples");
        }
        Output<?> output = model.getOutputIDInfo().getOutput(0);
        if (output instanceof Label) {
            return ofLabels(new LabelEvaluator().evaluate(model.castModel(Label.class), labelled(data)));
        }
        if (output instanceof Regressor) {
            return ofValues(new RegressionEvaluator().evaluate(model.castModel(Regressor.class), measured(data)));
        }
        throw new RejectedInputException("Cannot evaluate a model with outputs of type "
                + output.getClass().getName() + ": expected a classifier (Label) or a regressor (Regressor)");
    }

    @SuppressWarnings("unchecked") // The model has the same type of output, and its outputs are labels.
    private static Dataset<Label> labelled(Dataset<?> data) {
        return (Dataset<Label>) data;
    }

    @SuppressWarnings("unchecked") // The model has the same type of output, and its outputs are regressors.
    private static Dataset<Regressor> measured(Dataset<?> data) {
        return (Dataset<Regressor>) data;
    }

    private static SortedMap<String, Double> ofLabels(LabelEvaluation evaluation) {
        SortedMap<String, Double> out = new TreeMap<>();
        out.put("accuracy", evaluation.accuracy());
        out.put("macro_precision", evaluation.macroAveragedPrecision());
        out.put("macro_recall", evaluation.macroAveragedRecall());
        out.put("macro_f1", evaluation.macroAveragedF1());
        out.put("balanced_error_rate", evaluation.balancedErrorRate());
        return out;
    }

    private static SortedMap<String, Double> ofValues(RegressionEvaluation evaluation) {
        SortedMap<String, Double> out = new TreeMap<>();
        out.put("rmse", evaluation.averageRMSE());
        out.put("mae", evaluation.averageMAE());
        out.put("r2", evaluation.averageR2());
        if (evaluation.rmse().size() > 1) {
            byDimension("rmse", evaluation.rmse(), out);
            byDimension("mae", evaluation.mae(), out);
            byDimension("r2", evaluation.r2(), out);
        }
        return out;
    }

    private static void byDimension(String name, Map<Regressor, Double> values, Map<String, Double> out) {
        values.forEach(
                (dimension, value) -> out.put(TrackedKeys.join(name, dimension.getNames()[0]), value));
    }
}
