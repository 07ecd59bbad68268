package io.mlops4j.tribuo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.oracle.labs.mlrg.olcut.config.protobuf.protos.ObjectProvenanceProto;
import com.oracle.labs.mlrg.olcut.config.protobuf.protos.RootProvenanceProto;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.VerifiedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.liblinear.LibLinearClassificationTrainer;
import org.tribuo.common.liblinear.protos.LibLinearModelProto;
import org.tribuo.common.tree.protos.TreeModelProto;
import org.tribuo.common.xgboost.protos.XGBoostModelProto;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;
import org.tribuo.regression.rtree.CARTRegressionTrainer;

class TribuoRuntimeTest {
    private final TribuoRuntime runtime = TribuoRuntime.create();

    @BeforeEach
    void forgetGadgets() {
        System.clearProperty(SerializedGadget.READ);
    }

    private static VerifiedModel verified(byte[] bytes) {
        return VerifiedModel.verify("rides:1", "model.tribuo", bytes, Digest.of(bytes), Map.of());
    }

    private LoadedModel load(ModelProto proto) {
        return runtime.load(verified(proto.toByteArray()));
    }

    private static Tensor run(LoadedModel model, Tensor rows) {
        return (Tensor) Objects.requireNonNull(model.run(Map.of("input", rows)).get("output"));
    }

    private <T extends Output<T>> void predictsAsBefore(Model<T> model, List<Example<T>> examples) {
        OnnxExport export = OnnxExport.of(model);
        Outputs outputs = Outputs.of(model);
        float[][] rows = examples.stream().map(export::row).toArray(float[][]::new);
        try (LoadedModel loaded = load(model.serialize())) {
            float[] scores = run(loaded, Tensor.ofRows(rows)).floats();
            RowScorer scorer = loaded.rowScorer().orElseThrow();
            for (int row = 0; row < rows.length; row++) {
                float[] alone = new float[outputs.size()];
                scorer.score(rows[row], alone);
                double[] expected = outputs.scoresOf(
                        model.predict(Samples.example(examples.get(row).getOutput(), rows[row])));
                float[] batched = Arrays.copyOfRange(scores, row * alone.length, (row + 1) * alone.length);
                assertThat(batched).containsExactly(floats(expected));
                assertThat(alone).containsExactly(floats(expected));
            }
        }
    }

    private static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#regressors")
    void load_regressor_predictsAsTheTrainedModel(Trainer<Regressor> trainer) {
        predictsAsBefore(
                trainer.train(Samples.regression(1, 200, "b", "a")),
                Samples.regression(2, 50, "b", "a").getData());
    }

    @ParameterizedTest
    @MethodSource("io.mlops4j.tribuo.Trainers#classifiers")
    void load_classifier_predictsAsTheTrainedModel(Trainer<Label> trainer) {
        predictsAsBefore(
                trainer.train(Samples.classification(3, 200, 3)),
                Samples.classification(4, 50, 3).getData());
    }

    @Test
    void run_nan_isAnAbsentFeature() {
        Model<Regressor> model = Trainers.xgboost().train(Samples.regression(5, 200, "y"));
        var thin = Samples.example(new Regressor("y", 0), 0.25, -1.5);
        try (LoadedModel loaded = load(model.serialize())) {
            float[] row = {0.25f, -1.5f, Float.NaN, Float.NaN, Float.NaN};
            assertThat(run(loaded, Tensor.ofRows(row)).floats())
                    .containsExactly((float) model.predict(thin).getOutput().getValues()[0]);
        }
    }

    @Test
    void run_doubles_areNotRounded() {
        Model<Regressor> model = new CARTRegressionTrainer().train(Samples.regression(6, 300, "y"));
        try (LoadedModel loaded = load(model.serialize())) {
            for (Example<Regressor> example : Samples.regression(6, 300, "y")) {
                double[] row = new double[Samples.FEATURES];
                example.forEach(feature -> row[feature.getName().charAt(1) - '0'] = feature.getValue());
                assertThat(run(loaded, Tensor.ofDoubles(row, 1, row.length)).floats())
                        .containsExactly(
                                (float) model.predict(example).getOutput().getValues()[0]);
            }
        }
    }

    @Test
    void run_noRows_givesNoRows() {
        try (LoadedModel loaded = load(tree().serialize())) {
            assertThat(run(loaded, Tensor.ofFloats(new float[0], 0, Samples.FEATURES))
                            .shape()
                            .sizes())
                    .containsExactly(0, 1);
        }
    }

    @Test
    void run_badInput_isRejectedWithWhatWasExpected() {
        try (LoadedModel loaded = load(tree().serialize())) {
            Value narrow = Tensor.ofFloats(new float[4], 1, 4);
            Value allAbsent = Tensor.ofRows(new float[] {Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN});
            assertThatThrownBy(() -> loaded.run(Map.of("input", narrow)))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("FLOAT32[1, 4]")
                    .hasMessageContaining("[rows, 5]");
            assertThatThrownBy(() -> loaded.run(Map.of("x", narrow))).isInstanceOf(RejectedInputException.class);
            assertThatThrownBy(() -> loaded.run(Map.of())).isInstanceOf(RejectedInputException.class);
            assertThatThrownBy(() -> loaded.run(Map.of("input", allAbsent)))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("row 0");
            assertThatThrownBy(() -> loaded.rowScorer().orElseThrow().score(new float[3], new float[1]))
                    .isInstanceOf(RejectedInputException.class);
        }
    }

    @Test
    void accepts_byNameOrFirstBytes() {
        byte[] tribuo = tree().serialize().toByteArray();
        byte[] onnx = OnnxExport.of(tree()).toBytes();
        assertThat(runtime.accepts(VerifiedModel.verify("m", "model.bin", tribuo, Digest.of(tribuo), Map.of())))
                .isTrue();
        assertThat(runtime.accepts(VerifiedModel.verify("m", "model.onnx", onnx, Digest.of(onnx), Map.of())))
                .isFalse();
        assertThat(runtime.accepts(verified(new byte[0]))).isTrue();
    }

    private static Model<Regressor> tree() {
        return new CARTJointRegressionTrainer(4, false).train(Samples.regression(7, 100, "y"));
    }

    private void assertRejected(ModelProto proto, String why) {
        assertThatThrownBy(() -> load(proto))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("rides:1")
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "com.example.Missing",
                "io.mlops4j.tribuo.Gadget",
                "org.tribuo.MutableDataset",
                "org.tribuo.Model"
            })
    void load_classThatIsNotListed_isRejectedUnloaded(String className) {
        assertRejected(tree().serialize().toBuilder().setClassName(className).build(), className);
        assertThat(System.getProperty(Gadget.INITIALISED)).isNull();
    }

    @Test
    void load_classThatIsNotListedDeepInside_isRejectedUnloaded() throws IOException {
        ModelProto model = tree().serialize();
        var data = model.getSerializedData().unpack(TreeModelProto.class).toBuilder();
        data.getMetadataBuilder().getOutputDomainBuilder().setClassName("io.mlops4j.tribuo.Gadget\nforged");
        assertRejected(
                model.toBuilder().setSerializedData(Any.pack(data.build())).build(),
                "io.mlops4j.tribuo.Gadget\\u000aforged");
        assertThat(System.getProperty(Gadget.INITIALISED)).isNull();
    }

    @Test
    void load_listedClassWithAnothersData_isRejected() {
        Any trees = tree().serialize().getSerializedData();
        assertRejected(
                ModelProto.newBuilder()
                        .setClassName("org.tribuo.common.xgboost.XGBoostModel")
                        .setSerializedData(trees)
                        .build(),
                "TreeModelProto");
    }

    @Test
    void load_provenanceOfUnknownClasses_isNeverRead() throws IOException {
        Model<Regressor> trained = tree();
        ModelProto model = trained.serialize();
        var hostile = RootProvenanceProto.newBuilder()
                .addOmp(ObjectProvenanceProto.newBuilder()
                        .setObjectName("modelprovenance-0")
                        .setObjectClassName("io.mlops4j.tribuo.Gadget")
                        .setProvenanceClassName("io.mlops4j.tribuo.Gadget"));
        var data = model.getSerializedData().unpack(TreeModelProto.class).toBuilder();
        data.getMetadataBuilder().setProvenance(hostile);
        load(model.toBuilder().setSerializedData(Any.pack(data.build())).build())
                .close();
        assertThat(System.getProperty(Gadget.INITIALISED)).isNull();
    }

    @Test
    void load_gadgetInPlaceOfLibLinear_isRejectedUnread() throws IOException {
        ModelProto model = new LibLinearClassificationTrainer()
                .train(Samples.classification(8, 60, 2))
                .serialize();
        var data = model.getSerializedData().unpack(LibLinearModelProto.class).toBuilder();
        for (Object payload : List.of(new java.util.HashMap<>(Map.of("a", "b")), new SerializedGadget())) {
            data.setModels(0, serialised(payload));
            assertRejected(
                    model.toBuilder().setSerializedData(Any.pack(data.build())).build(), "Java-serialised");
        }
        assertThat(System.getProperty(SerializedGadget.READ)).isNull();
    }

    private static ByteString serialised(Object object) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }

    @Test
    void load_javaSerialisedModel_isRejected() throws IOException {
        assertThatThrownBy(() -> runtime.load(verified(serialised(tree()).toByteArray())))
                .isInstanceOf(RejectedModelException.class);
    }

    @Test
    void load_messagesNestedWithoutEnd_isRejected() {
        ModelProto model = tree().serialize();
        for (int i = 0; i < 400; i++) {
            var ensemble = org.tribuo.protos.core.WeightedEnsembleModelProto.newBuilder()
                    .addModels(model)
                    .build();
            model = ModelProto.newBuilder()
                    .setClassName("org.tribuo.ensemble.WeightedEnsembleModel")
                    .setSerializedData(Any.pack(ensemble))
                    .build();
        }
        assertRejected(model, "nest deeper");
    }

    @Test
    void load_truncated_isRejected() {
        for (Model<?> model : List.of(tree(), Trainers.xgboost().train(Samples.regression(9, 80, "y")))) {
            byte[] whole = model.serialize().toByteArray();
            for (int length = 0; length < whole.length; length += 1 + whole.length / 200) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> runtime.load(verified(cut))).isInstanceOf(RejectedModelException.class);
            }
        }
    }

    @Test
    void load_boosterCutShort_isRejected() throws IOException {
        ModelProto model =
                Trainers.xgboost().train(Samples.regression(9, 80, "y")).serialize();
        var data = model.getSerializedData().unpack(XGBoostModelProto.class).toBuilder();
        byte[] whole = data.getModels(0).toByteArray();
        // What follows the trees (attributes) is not read; 400 bytes from the end, no tree is whole.
        for (int length = 0; length < whole.length - 400; length += 1 + whole.length / 100) {
            data.setModels(0, ByteString.copyFrom(whole, 0, length));
            assertRejected(
                    model.toBuilder().setSerializedData(Any.pack(data.build())).build(), "booster is broken");
        }
    }

    @Test
    void load_flippedBits_isRejectedOrLoadsAModel() {
        byte[] whole = tree().serialize().toByteArray();
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            byte[] flipped = whole.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                runtime.load(verified(flipped)).close();
            } catch (RejectedModelException e) {
                assertThat(e).hasMessageContaining("Cannot load model rides:1");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void load_flippedBitsInABooster_neverReachNativeCode() throws IOException {
        ModelProto model =
                Trainers.xgboost().train(Samples.regression(9, 80, "y")).serialize();
        var data = model.getSerializedData().unpack(XGBoostModelProto.class).toBuilder();
        byte[] whole = data.getModels(0).toByteArray();
        // Every byte of the head, where the counts are, and some of the trees. A crash would end this JVM.
        for (int seed = 0; seed < 600; seed++) {
            var random = new Random(seed);
            byte[] flipped = whole.clone();
            flipped[seed < 450 ? seed : random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            data.setModels(0, ByteString.copyFrom(flipped));
            try (LoadedModel loaded = load(
                    model.toBuilder().setSerializedData(Any.pack(data.build())).build())) {
                loaded.rowScorer().orElseThrow().score(new float[Samples.FEATURES], new float[1]);
            } catch (RejectedModelException e) {
                assertThat(e).hasMessageStartingWith("Cannot");
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
