package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The answer of an {@link Ensemble}, and who gave it.
 *
 * <p>Immutable.
 *
 * @param steps what each step that asks a model was answered, by the step's name, in the order of the ensemble's steps; listeners
 *     hear of these answers, and a truth about one of them is reported under its id
 * @param outputs by the ensemble's names, in its order
 */
public record EnsemblePrediction(Map<String, Prediction> steps, Map<String, Value> outputs) {
    /** Copies the maps; the values in them are immutable. */
    public EnsemblePrediction {
        steps = Collections.unmodifiableMap(new LinkedHashMap<>(steps));
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    }

    /**
     * Which version of each model answered, in all of its steps.
     *
     * @return one version a model, in the order of their names
     */
    public Map<ModelName, VersionId> versions() {
        Map<ModelName, VersionId> versions = new TreeMap<>();
        steps.values().forEach(step -> versions.put(step.version().model(), step.version()));
        return versions;
    }

    /**
     * An output that is a tensor.
     *
     * @param output its name
     * @return the tensor
     * @throws IllegalArgumentException if the ensemble gave no tensor of that name
     */
    public Tensor tensor(String output) {
        if (outputs.get(output) instanceof Tensor tensor) {
            return tensor;
        }
        throw new IllegalArgumentException("The answer of " + versions().values() + " has no tensor named "
                + Text.quote(output) + ", expected one of "
                + outputs.keySet().stream().map(Text::quote).toList());
    }
}
