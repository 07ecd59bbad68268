package io.mlops4j.tribuo;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.mlops4j.RejectedModelException;
import io.mlops4j.serving.InferenceRuntime;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.VerifiedModel;
import java.io.IOException;
import java.util.Locale;
import org.tribuo.Model;
import org.tribuo.protos.core.ModelProto;

/**
 * Serves Tribuo models as they are, without ONNX: the bytes of {@code model.serialize().toByteArray()} or of
 * {@code model.serializeToFile(path)}.
 *
 * <p>A model takes and gives what its {@link OnnxExport} does, so that one can stand in for the other: input
 * {@value OnnxExport#INPUT}, {@code FLOAT32[rows, features]} in the order of Tribuo's feature ids, and output
 * {@value OnnxExport#OUTPUT}, {@code FLOAT32[rows, outputs]} in the order of its output ids. NaN stands for a feature that
 * the row does not have, for every kind of model; a row must have at least one. {@code run} takes {@code FLOAT64} too.
 *
 * <p><b>What is loaded.</b> Classifiers and regressors only: trees, forests, bagged and boosted ensembles, XGBoost, linear
 * models and factorization machines by SGD, LibLinear classifiers, and Tribuo's dummy models; nothing else that a file may name is ever
 * loaded, and only the protobuf form is read, never a Java-serialised model. Java-serialised data inside the protobuf
 * (LibLinear's) is read under a JEP 290 filter. The provenance in the file is not read.
 *
 * <p>XGBoost, SGD and LibLinear models need the Tribuo library that trained them on the path.
 *
 * <p>Thread-safe.
 */
public final class TribuoRuntime implements InferenceRuntime {
    private static final String SUFFIX = ".tribuo";
    private static final String NAMESPACE = "org.tribuo.";

    private final ModelKinds kinds = ModelKinds.present();

    private TribuoRuntime() {}

    /**
     * The runtime.
     *
     * @return for all Tribuo libraries that are present
     */
    public static TribuoRuntime create() {
        return new TribuoRuntime();
    }

    @Override
    public String name() {
        return "tribuo";
    }

    /**
     * Whether the file's name ends in {@code .tribuo}, or its first bytes name a Tribuo class.
     *
     * @param model the verified bytes
     * @return true if {@link #load} should be tried
     */
    @Override
    public boolean accepts(VerifiedModel model) {
        return model.fileName().toLowerCase(Locale.ROOT).endsWith(SUFFIX) || startsAsTribuo(model.bytes());
    }

    private static boolean startsAsTribuo(byte[] bytes) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            int tag = in.readTag();
            if (WireFormat.getTagFieldNumber(tag) == ModelProto.VERSION_FIELD_NUMBER) {
                in.readInt32();
                tag = in.readTag();
            }
            return WireFormat.getTagFieldNumber(tag) == ModelProto.CLASS_NAME_FIELD_NUMBER
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
                    && in.readString().startsWith(NAMESPACE);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Loads a model.
     *
     * @param model the verified bytes
     * @return the model; closing it frees nothing but memory
     * @throws RejectedModelException if the bytes are broken, name a class that is not allowed, or are neither a
     *     classifier nor a regressor
     */
    @Override
    public LoadedModel load(VerifiedModel model) {
        requireNonNull(model, "model");
        ModelProto admitted = new ModelGuard(kinds, model.label()).admit(model.bytes());
        try {
            Model<?> loaded = Model.deserialize(admitted);
            if (admitted.getClassName().equals(GraphWriter.XGBOOST)) {
                XgboostThreads.one(loaded);
            }
            return TribuoModel.of(loaded);
        } catch (RejectedModelException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            // Tribuo reports what it dislikes in many ways, and a library that is only half there fails to link.
            throw new RejectedModelException("Cannot load model " + model.label() + ": Tribuo refuses it", e);
        }
    }
}
