package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;

import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.store.Content;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunOptions;
import io.mlops4j.tracking.Tracker;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.Tribuo;
import org.tribuo.provenance.ModelProvenance;

/**
 * Trains with any Tribuo trainer and writes down what happened: the trainer's parameters ({@link TrainerParameters}), the
 * data by digest ({@link DatasetDigest}), the metrics on it ({@link Evaluations}; {@code train.rmse},
 * {@code validation.rmse}, …), the seconds it took ({@code train.seconds}), and Tribuo's own provenance of the model as
 * the artifact {@value #PROVENANCE}.
 *
 * <pre>{@code
 * Trained<Regressor> trained = TrackedTraining.of(new XGBoostRegressionTrainer(200))
 *         .validatedOn("rides-2005", validation)
 *         .train(tracker, "rides-daily", RunOptions.defaults(), "rides-2001-2004", training);
 * byte[] onnx = OnnxExport.of(trained.model()).toBytes();
 * }</pre>
 *
 * <p>A killed training may be repeated with the same run id, by a new trainer of the same configuration: what the run has
 * already stays as it is.
 *
 * <p>Confined to one thread at a time, as Tribuo's trainers are.
 *
 * @param <T> the type of output: labels or regression values
 */
public final class TrackedTraining<T extends Output<T>> {
    /** The artifact that holds Tribuo's provenance of the model, as text. */
    public static final String PROVENANCE = "tribuo-provenance.txt";

    private final Trainer<T> trainer;
    private final Map<String, Dataset<T>> validation;

    private TrackedTraining(Trainer<T> trainer, Map<String, Dataset<T>> validation) {
        this.trainer = trainer;
        this.validation = validation;
    }

    /**
     * Starts to describe a training.
     *
     * @param trainer any trainer of classifiers or regressors
     * @param <T> the type of output
     * @return a training without validation data
     */
    public static <T extends Output<T>> TrackedTraining<T> of(Trainer<T> trainer) {
        return new TrackedTraining<>(requireNonNull(trainer, "trainer"), Map.of());
    }

    /**
     * Evaluates the model on data that it was not trained on; the metrics are named {@code validation.…}.
     *
     * @param name what to call the data, in the grammar of model names
     * @param data at least one example
     * @return a training with this validation data
     */
    public TrackedTraining<T> validatedOn(String name, Dataset<T> data) {
        return new TrackedTraining<>(trainer, Map.of(name, data));
    }

    /**
     * Trains in a run of its own, which finishes with the training, or fails with it.
     *
     * @param tracker keeps the run
     * @param experiment groups runs, in the grammar of model names
     * @param options id and tags of the run
     * @param name what to call the training data, in the grammar of model names
     * @param data the training data
     * @return the model and what was written down
     */
    public Trained<T> train(Tracker tracker, String experiment, RunOptions options, String name, Dataset<T> data) {
        return tracker.track(experiment, options, run -> train(run, name, data));
    }

    /**
     * Trains in a run that goes on afterwards: for an export, a registration, further evaluation.
     *
     * @param run an open run
     * @param name what to call the training data, in the grammar of model names
     * @param data the training data
     * @return the model and what was written down
     */
    public Trained<T> train(Run run, String name, Dataset<T> data) {
        DatasetRef ref = DatasetDigest.ref(name, data);
        run.parameters(TrainerParameters.of(trainer)).input(ref);
        validation.forEach((called, other) -> run.input(DatasetDigest.ref(called, other)));
        run.tags(tags());
        long start = System.nanoTime();
        Model<T> model = trainer.train(data);
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("train.seconds", (System.nanoTime() - start) / 1e9);
        add("train", Evaluations.metrics(model, data), metrics);
        validation.values().forEach(other -> add("validation", Evaluations.metrics(model, other), metrics));
        metrics.forEach(run::metric);
        keepProvenance(run, model);
        return new Trained<>(model, run.id(), ref, metrics);
    }

    /** Tags, not parameters: a repeated training in a new process may count its trainer's uses differently. */
    private Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("tribuo.version", Tribuo.VERSION);
        tags.put("tribuo.invocation", Integer.toString(trainer.getInvocationCount()));
        return tags;
    }

    private static void add(String prefix, Map<String, Double> from, Map<String, Double> to) {
        from.forEach((name, value) -> to.put(prefix + "." + name, value));
    }

    /** It holds the time of training, so that a repeated training would write other bytes: the first ones stay. */
    private static void keepProvenance(Run run, Model<?> model) {
        if (!run.record().artifacts().containsKey(PROVENANCE)) {
            ModelProvenance provenance = model.getProvenance();
            String text = ProvenanceUtil.formattedProvenanceString(provenance);
            run.artifact(PROVENANCE, Content.of(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
