package io.mlops4j.serving.tabular;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Text;
import io.mlops4j.model.Signature;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowForm;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.onnx.OnnxRuntime;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiles tabular ONNX models into plain Java, several times faster for a row than a native call: tree ensembles
 * ({@code TreeEnsembleRegressor}, {@code TreeEnsembleClassifier}) and small linear models, with what scikit-learn's,
 * XGBoost's and Tribuo's exporters put around them (scaler, imputer, softmax, sigmoid, ZipMap and the like).
 *
 * <p>A model is loaded by ONNX Runtime first, with all its checks, and both answer made-up rows: at, just below and just above
 * thresholds, with NaN and infinities. Labels must be equal, unless their scores are too close for {@code float} sums to
 * tell apart; numbers must agree to {@code 1e-5} relative plus what adding up in {@code float} may cost. Then the native
 * session is closed, and the compiled model serves. If the answers differ, ONNX Runtime goes on serving, with a warning.
 * The choice depends on the model alone, never on the machine or the time that something took: every replica gives the
 * same answers. Large deep forests and wide linear models, which gain nothing, are left to ONNX Runtime.
 *
 * <p>Numbers are nearer to the trainer's than ONNX Runtime's, which adds up in {@code float}.
 *
 * <pre>{@code
 * var server = ModelServer.builder()
 *         .runtime(CompiledRuntime.withDefaults())      // the default: named here to be put before another
 *         .runtime(OnnxRuntime.withDefaults())          // named alone, it serves everything
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class CompiledRuntime implements InferenceRuntime {
    static final String NAME = "compiled";

    private static final Logger LOG = LoggerFactory.getLogger(CompiledRuntime.class);

    /**
     * Deep trees of more leaves than this (16 bytes a node: half a megabyte, what a core's second cache holds) cost memory
     * accesses rather than calls, and the native runtime is no slower; see decision 0015.
     */
    private static final int MAX_WALKED_LEAVES = 1 << 15;

    private final InferenceRuntime reference;

    private CompiledRuntime(InferenceRuntime reference) {
        this.reference = reference;
    }

    /**
     * Makes a runtime that compares with ONNX Runtime.
     *
     * @return the runtime
     */
    public static CompiledRuntime withDefaults() {
        return comparingWith(OnnxRuntime.withDefaults());
    }

    /**
     * Makes a runtime that compares with another one.
     *
     * @param reference loads every model first, and serves those that answer otherwise when compiled
     * @return the runtime
     */
    public static CompiledRuntime comparingWith(InferenceRuntime reference) {
        return new CompiledRuntime(requireNonNull(reference, "reference"));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** True if the reference accepts the model, and the graph consists of what can be compiled; reads it whole. */
    @Override
    public boolean accepts(VerifiedModel model) {
        return reference.accepts(model) && compile(model).isPresent();
    }

    /**
     * Loads a model by the reference, and compiles it if that gives the same answers.
     *
     * @param model the verified bytes
     * @return the compiled model, or the reference's
     * @throws io.mlops4j.RejectedModelException if the reference refuses the model
     */
    @Override
    public LoadedModel load(VerifiedModel model) {
        LoadedModel loaded = reference.load(model);
        try {
            return compile(model)
                    .filter(program -> fits(program, loaded.signature()))
                    .filter(program -> answersAlike(model.label(), program, loaded))
                    .map(program -> inPlaceOf(loaded, model.label(), program))
                    .orElse(loaded);
        } catch (Error e) {
            loaded.close();
            throw e;
        }
    }

    private static LoadedModel inPlaceOf(LoadedModel loaded, String label, Program program) {
        var compiled = new CompiledModel(label, loaded.signature(), program);
        loaded.close();
        return compiled;
    }

    private static Optional<Program> compile(VerifiedModel model) {
        try {
            Program program = GraphCompiler.compile(model.bytes());
            boolean isLarge = program.raw() instanceof Forest forest && forest.walkedLeaves() > MAX_WALKED_LEAVES;
            NotCompiledException.require(!isLarge, "deep trees of few leaves");
            return Optional.of(program);
        } catch (NotCompiledException e) {
            LOG.debug(
                    "Model {} is not compiled: {}",
                    Text.quote(model.label()),
                    Text.quote(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** Whether the file declares the outputs that the program gives. */
    private static boolean fits(Program program, Signature signature) {
        List<String> names = program.outputs().stream().map(Output::name).toList();
        return signature.inputs().size() == 1
                && signature.outputs().stream().map(ValueSpec::name).toList().equals(names)
                && RowForm.of(signature)
                        .map(form -> form.features() == program.width()
                                && form.output().shape().rank() == 2
                                && form.outputs() == program.valueCount())
                        .orElse(true);
    }

    private static boolean answersAlike(String label, Program program, LoadedModel reference) {
        Optional<String> difference;
        try {
            difference = Parity.difference(program, reference);
        } catch (RuntimeException e) {
            difference = Optional.of("the reference failed: " + e.getMessage());
        }
        difference.ifPresent(what -> LOG.warn(
                "Model {} is served by its reference: compiled, it differs in {}",
                Text.quote(label),
                Text.quote(what)));
        return difference.isEmpty();
    }
}
