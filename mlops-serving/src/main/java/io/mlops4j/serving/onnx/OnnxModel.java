package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.InputCheck;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowBlock;
import io.mlops4j.serving.RowForm;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.StopSignal;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.internal.SlotPool;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session and all that must live as long as it does, in this order: external weights, options, session. They are
 * freed in the reverse order, once.
 */
final class OnnxModel implements LoadedModel {
    private static final Logger LOG = LoggerFactory.getLogger(OnnxModel.class);

    private static final long LARGEST_BLOCK = 64L << 20;

    private final OnnxFailures failures;
    private final OrtEnvironment environment;
    private final NativeResources owned;
    private final OrtSession session;
    private final OrtSession.RunOptions runOptions;
    private final TensorMaker maker;
    private final Signature signature;
    private final Set<String> unshapedInputs;
    private final Set<String> quantisers;
    private final OptionalOutputs optional;
    private final Answers answers;
    private final @Nullable OnnxRowScorer scorer;
    private final SlotPool<ByteBuffer> memory = new SlotPool<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** The options of runs that can be stopped by themselves. */
    @GuardedBy("this") private final Set<OrtSession.RunOptions> stoppable = Collections.newSetFromMap(new IdentityHashMap<>());

    @GuardedBy("this") private boolean terminated;

    private OnnxModel(
            VerifiedModel model,
            OnnxOptions options,
            ModelScan.Findings findings,
            OrtEnvironment environment,
            NativeResources owned)
            throws OrtException {
        this.failures = new OnnxFailures(model.label());
        this.environment = environment;
        this.owned = owned;
        this.maker = owned.own(new TensorMaker(environment));
        var weights = new ExternalWeights(model, maker, owned).make(findings.external());
        OrtSession.SessionOptions sessionOptions = owned.own(options.open());
        if (!weights.isEmpty()) {
            sessionOptions.addExternalInitializers(weights);
        }
        this.answers = new Answers(failures, owned.own(new GarbledText(environment, findings.labelsBeyondPlane())));
        this.optional = OptionalOutputs.of(model.label(), findings.outputs().values());
        this.session = owned.own(environment.createSession(optional.readable(model.bytes()), sessionOptions));
        this.runOptions = owned.own(new OrtSession.RunOptions());
        this.signature = signature(model.label(), findings);
        this.unshapedInputs = findings.unshapedInputs();
        this.quantisers = findings.quantisers();
        this.scorer = RowForm.of(signature)
                .map(form -> new OnnxRowScorer(failures, environment, session, runOptions, form))
                .orElse(null);
    }

    /** Loads; frees all it made if that fails. */
    static OnnxModel load(
            VerifiedModel model, OnnxOptions options, ModelScan.Findings findings, OrtEnvironment environment) {
        var owned = new NativeResources();
        try {
            return new OnnxModel(model, options, findings, environment, owned);
        } catch (RejectedModelException e) {
            owned.close();
            throw e;
        } catch (OrtException | RuntimeException e) {
            owned.close();
            throw new OnnxFailures(model.label()).ofLoad(e);
        }
    }

    /** The binding cannot describe optional inputs and outputs; then the model's file must do. */
    private Signature signature(String label, ModelScan.Findings findings) throws OrtException {
        List<ValueSpec> inputs = findings.inputs().values().stream().anyMatch(OptionalSpec.class::isInstance)
                ? OnnxTypes.declared(label, session.getInputNames(), findings.inputs())
                : OnnxTypes.specs(label, session.getInputInfo().values(), findings.inputs());
        for (ValueSpec input : inputs) {
            if (!(input instanceof TensorSpec || input instanceof OptionalSpec)) {
                throw new RejectedModelException("Cannot load model " + label + ": input " + Text.quote(input.name())
                        + " is a " + input.getClass().getSimpleName()
                        + ", expected a tensor: ONNX Runtime's Java binding takes no sequences or maps");
            }
        }
        List<ValueSpec> outputs = optional.isEmpty()
                ? OnnxTypes.specs(label, session.getOutputInfo().values(), findings.outputs())
                : OnnxTypes.declared(label, optional.own(session.getOutputNames()), findings.outputs());
        return new Signature(inputs, outputs);
    }

    @Override
    public String runtime(String loadedBy) {
        return OnnxRuntime.NAME;
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        return run(inputs, runOptions);
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        return stoppable(signal, own -> run(inputs, own));
    }

    /** A run that can be stopped by itself has options of its own; to make them costs half a microsecond. */
    private <T> T stoppable(StopSignal signal, Function<OrtSession.RunOptions, T> running) {
        try (var own = new OrtSession.RunOptions()) {
            begin(own);
            signal.begun(() -> stop(own));
            try {
                return running.apply(own);
            } finally {
                signal.ended();
                end(own);
            }
        } catch (OrtException e) {
            throw failures.ofRun(e);
        }
    }

    private synchronized void begin(OrtSession.RunOptions own) {
        stoppable.add(own);
        if (terminated) {
            stop(own);
        }
    }

    private synchronized void end(OrtSession.RunOptions own) {
        stoppable.remove(own);
    }

    private Map<String, Value> run(Map<String, Value> inputs, OrtSession.RunOptions options) {
        if (closed.get()) {
            throw new IllegalStateException("Model " + failures.model() + " is closed");
        }
        InputCheck.check(failures.model(), signature, unshapedInputs, inputs);
        if (inputs.isEmpty() && !signature.inputs().isEmpty()) {
            throw new RejectedInputException("Cannot run model " + failures.model()
                    + ": every input is left out; ONNX Runtime's Java binding needs one at least");
        }
        try (Feed feed = Feed.of(failures.model(), inputs, maker, memory);
                OrtSession.Result result = ask(feed.tensors(), options)) {
            Map<String, Value> outputs = answers.read(result);
            return optional.isEmpty() ? outputs : optional.read(outputs);
        } catch (OrtException e) {
            throw failures.ofRun(e);
        }
    }

    private OrtSession.Result ask(Map<String, OnnxTensor> inputs, OrtSession.RunOptions options) throws OrtException {
        return optional.isEmpty() ? session.run(inputs, options) : session.run(inputs, optional.asked(), options);
    }

    @Override
    public Optional<RowScorer> rowScorer() {
        return Optional.ofNullable(scorer);
    }

    /** Only if the number of rows is free; a block of much memory would not pay. */
    @Override
    public Optional<RowBlock> rowBlock(int capacity) {
        return RowForm.of(signature)
                .filter(form -> form.input().shape().size(0) == Shape.DYNAMIC
                        && form.output().shape().size(0) == Shape.DYNAMIC
                        && OnnxRowBlock.bytes(form, capacity) <= LARGEST_BLOCK)
                .map(form -> new OnnxRowBlock(failures, environment, form, capacity, this::runPinned));
    }

    private void runPinned(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, StopSignal signal) {
        if (signal.isPossible()) {
            stoppable(signal, own -> runPinned(inputs, outputs, own));
        } else {
            runPinned(inputs, outputs, runOptions);
        }
    }

    private boolean runPinned(
            Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, OrtSession.RunOptions options) {
        try {
            session.run(inputs, Set.of(), outputs, options).close();
            return true;
        } catch (OrtException e) {
            throw failures.ofRun(e);
        }
    }

    @Override
    public Optional<String> mixesRows() {
        return quantisers.stream()
                .sorted()
                .findFirst()
                .map(operator -> "its operator " + operator + " scales by the largest value of all rows");
    }

    @Override
    public synchronized void terminate() {
        terminated = true;
        stop(runOptions);
        stoppable.forEach(this::stop); // none of them is freed meanwhile: that takes the lock
    }

    private void stop(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            LOG.warn("Cannot ask model {} to stop", failures.model(), e);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (scorer != null) {
            scorer.close();
        }
        owned.close();
    }
}
