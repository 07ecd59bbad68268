package io.mlops4j.tribuo;

import io.mlops4j.RejectedModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.regression.Regressor;

/**
 * The numbers a model gives for a row, in one fixed order: the order of Tribuo's output ids. For a classifier one score
 * for each label, for a regressor one value for each dimension.
 *
 * <p>Immutable.
 */
final class Outputs {
    private final List<String> names;
    private final Map<String, Integer> index = new HashMap<>();

    private Outputs(List<String> names) {
        this.names = List.copyOf(names);
        for (int i = 0; i < names.size(); i++) {
            index.put(names.get(i), i);
        }
    }

    static Outputs of(Model<?> model) {
        ImmutableOutputInfo<?> info = model.getOutputIDInfo();
        List<String> names = new ArrayList<>(info.size());
        for (int id = 0; id < info.size(); id++) {
            names.add(nameOf(info.getOutput(id), model));
        }
        return new Outputs(names);
    }

    private static String nameOf(Output<?> output, Model<?> model) {
        if (output instanceof Label label) {
            return label.getLabel();
        }
        if (output instanceof Regressor regressor) {
            return regressor.getNames()[0];
        }
        throw new RejectedModelException("Cannot use model " + model.getClass().getName() + " with outputs of type "
                + output.getClass().getName() + ": expected a classifier (Label) or a regressor (Regressor)");
    }

    /** The names of labels or dimensions, in output order. */
    List<String> names() {
        return names;
    }

    int size() {
        return names.size();
    }

    /** Where the label or dimension of that name stands. */
    int indexOf(String name) {
        Integer found = index.get(name);
        if (found == null) {
            throw new RejectedModelException(
                    "Model gives output " + name + ", which is not among its declared outputs " + names);
        }
        return found;
    }

    double[] scoresOf(Prediction<?> prediction) {
        Output<?> output = prediction.getOutput();
        return output instanceof Regressor regressor ? valuesOf(regressor) : labelScores(prediction.getOutputScores());
    }

    /** Values by dimension; dimensions that the regressor lacks are 0. */
    double[] valuesOf(Regressor regressor) {
        double[] scores = new double[size()];
        String[] dimensions = regressor.getNames();
        double[] values = regressor.getValues();
        for (int i = 0; i < dimensions.length; i++) {
            scores[indexOf(dimensions[i])] = values[i];
        }
        return scores;
    }

    /** Scores by label; labels that the map lacks are 0. */
    double[] labelScores(Map<String, ?> byName) {
        double[] scores = new double[size()];
        byName.forEach((name, output) -> scores[indexOf(name)] = ((Label) output).getScore());
        return scores;
    }

    double[] oneHot(String label) {
        double[] scores = new double[size()];
        scores[indexOf(label)] = 1;
        return scores;
    }
}
