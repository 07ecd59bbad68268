package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.RejectedModelException;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.VerifiedModel;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Loads ONNX models into ONNX Runtime. The native library is loaded with the first model, not before.
 *
 * <p>What a model cannot do here: open a file (weights outside the model's file are taken from the version's verified
 * companion files, any other place is refused), load native code (there is no way to register custom operators), or
 * bring its own session settings ({@code ORT_LOAD_CONFIG_FROM_MODEL} is refused). It can still compute for ever or ask
 * for much memory: see {@link LoadedModel#terminate()}, and load only models that you would run.
 *
 * <pre>{@code
 * var runtime = OnnxRuntime.with(OnnxOptions.defaults().withIntraOpThreads(4));
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class OnnxRuntime implements InferenceRuntime {
    static final String NAME = "onnxruntime";

    private static final String CONFIG_FROM_MODEL = "ORT_LOAD_CONFIG_FROM_MODEL";

    /** The first field of every {@code ModelProto} in practice: {@code ir_version}, a varint. */
    private static final byte IR_VERSION_TAG = 1 << 3;

    private final OnnxOptions options;
    private final Map<String, String> environmentVariables;

    OnnxRuntime(OnnxOptions options, Map<String, String> environmentVariables) {
        this.options = requireNonNull(options, "options");
        this.environmentVariables = environmentVariables;
    }

    /**
     * Makes a runtime with safe defaults.
     *
     * @return a runtime that gives each run one thread, its caller's
     */
    public static OnnxRuntime withDefaults() {
        return with(OnnxOptions.defaults());
    }

    /**
     * Makes a runtime.
     *
     * @param options for every model that it loads
     * @return the runtime
     */
    public static OnnxRuntime with(OnnxOptions options) {
        return new OnnxRuntime(options, System.getenv());
    }

    @Override
    public String name() {
        return NAME;
    }

    /** True if the file's name ends in {@code .onnx}, or its first byte is that of an ONNX model. */
    @Override
    public boolean accepts(VerifiedModel model) {
        byte[] bytes = model.bytes();
        return model.fileName().toLowerCase(Locale.ROOT).endsWith(".onnx")
                || (bytes.length > 0 && bytes[0] == IR_VERSION_TAG);
    }

    @Override
    public LoadedModel load(VerifiedModel model) {
        if ("1".equals(environmentVariables.get(CONFIG_FROM_MODEL))) {
            throw new RejectedModelException(
                    "Cannot load model " + model.label() + ": the environment variable " + CONFIG_FROM_MODEL
                            + " is 1, which lets a model choose its own session settings; expected unset or 0");
        }
        if (model.bytes().length == 0) {
            throw new RejectedModelException("Cannot load model " + model.label() + ": the file is empty");
        }
        ModelScan.Findings findings = scan(model);
        requireNames(model.label(), findings.garbledNames());
        return OnnxModel.load(model, options, findings, environment(model.label()));
    }

    private static void requireNames(String label, List<String> garbled) {
        if (!garbled.isEmpty()) {
            throw new RejectedModelException("Cannot load model " + label + ": it has " + garbled.get(0)
                    + "; ONNX Runtime's Java binding garbles U+0000, characters beyond U+FFFF and what is no UTF-8,"
                    + " expected a name without them");
        }
    }

    private static ModelScan.Findings scan(VerifiedModel model) {
        try {
            return ModelScan.of(model.bytes());
        } catch (MalformedProtoException e) {
            throw new RejectedModelException(
                    "Cannot load model " + model.label() + ": it is no ONNX model: " + e.getMessage(), e);
        }
    }

    /** The JVM's one environment: whoever came first made it. Never asked for with settings, which would throw then. */
    private static OrtEnvironment environment(String label) {
        try {
            return OrtEnvironment.getEnvironment();
        } catch (LinkageError | RuntimeException e) {
            throw new RejectedModelException(
                    "Cannot load model " + label + ": ONNX Runtime does not run on this platform, " + platform()
                            + "; expected linux-x64 or linux-aarch64 with glibc, osx-aarch64, or win-x64",
                    e);
        }
    }

    private static String platform() {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        String[] loaders = new File("/lib").list((folder, name) -> name.startsWith("ld-musl-"));
        return loaders != null && loaders.length > 0 ? platform + " with musl libc" : platform;
    }
}
