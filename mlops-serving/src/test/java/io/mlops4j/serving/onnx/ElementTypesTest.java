package io.mlops4j.serving.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.RejectedInputException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.serving.InferenceException;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors of every element type go through a model and come back as they were. */
final class ElementTypesTest {
    @ParameterizedTest
    @EnumSource
    void run_identity_givesBackTheTensor(ElementType type) {
        try (LoadedModel model = load(OnnxModels.identity(type, Shape.DYNAMIC, 3))) {
            assertThat(model.signature().inputs()).containsExactly(TensorSpec.of("x", type, Shape.DYNAMIC, 3));
            assertThat(model.signature().outputs()).containsExactly(TensorSpec.of("y", type, Shape.DYNAMIC, 3));
            Tensor tensor = random(type, 5, 3);
            assertThat(model.run(Map.of("x", tensor))).containsExactly(Map.entry("y", tensor));
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_scalar_givesBackTheScalar(ElementType type) {
        try (LoadedModel model = load(OnnxModels.identity(type))) {
            Tensor tensor = random(type);
            assertThat(model.run(Map.of("x", tensor))).containsExactly(Map.entry("y", tensor));
        }
    }

    @ParameterizedTest
    @EnumSource
    void run_noRows_givesNoRows(ElementType type) {
        try (LoadedModel model = load(OnnxModels.identity(type, Shape.DYNAMIC, 3))) {
            Tensor tensor = random(type, 0, 3);
            assertThat(model.run(Map.of("x", tensor))).containsExactly(Map.entry("y", tensor));
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"STRING", "UINT16", "UINT32", "UINT64"})
    void run_identity_agreesWithTheRawBinding(ElementType type) throws OrtException {
        byte[] bytes = OnnxModels.identity(type, 4);
        Tensor tensor = random(type, 4);
        ByteBuffer direct = ByteBuffer.allocateDirect(4 * type.bytes()).order(ByteOrder.nativeOrder());
        direct.put(tensor.data()).flip();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(bytes);
                OnnxTensor input =
                        OnnxTensor.createTensor(environment, direct, new long[] {4}, TensorMaker.javaType(type));
                OrtSession.Result raw = session.run(Map.of("x", input));
                LoadedModel model = load(bytes)) {
            ByteBuffer expected = ((OnnxTensor) raw.get(0)).getByteBuffer();
            assertThat(((Tensor) answer(model, tensor)).data()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "UINT16", "UINT32", "UINT64"})
    void run_unsignedArithmetic_isUnsigned(ElementType type) {
        // Half of the largest value is only right if the runtime saw the tensor as unsigned.
        byte[] bytes = new OnnxGraph()
                .input("x", type, Shape.DYNAMIC)
                .output("y", ElementType.FLOAT64, Shape.DYNAMIC)
                .node("Cast", List.of("x"), List.of("y"), Attribute.of("to", 11))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            Tensor largest = Tensor.ofIntegers(type, new long[] {0, 1, largest(type)}, 3);
            double expected = Math.scalb(1.0, type.bytes() * Byte.SIZE) - 1;
            assertThat(((Tensor) answer(model, largest)).doubles()).containsExactly(0, 1, expected);
        }
    }

    private static long largest(ElementType type) {
        return type.bytes() == Long.BYTES ? -1 : (1L << (type.bytes() * Byte.SIZE)) - 1;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain", "Ωμέγα", "日本", "two\nlines", "€"})
    void run_textOfTheBasicPlane_isRecognisedByTheModel(String text) {
        try (LoadedModel model = load(encoder(text))) {
            assertThat(((Tensor) answer(model, Tensor.ofStrings(List.of(text, "other"), 2))).longs())
                    .containsExactly(7, -1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"smile 😀", "nul \u0000", "lone \ud83d"})
    void run_textThatTheBindingGarbles_isRejected(String text) {
        try (LoadedModel model = load(encoder("x"))) {
            assertThatThrownBy(() -> answer(model, Tensor.ofStrings(List.of("fine", text), 2)))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("\"x\"")
                    .hasMessageContaining("U+FFFF");
        }
    }

    /** The reason for the rejection above; when this fails, the binding has learned UTF-8 and the check can go. */
    @Test
    void rawBinding_stillGarblesTextBeyondTheBasicPlane() throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(encoder("😀"));
                OnnxTensor input = OnnxTensor.createTensor(environment, new String[] {"😀"}, new long[] {1});
                OrtSession.Result raw = session.run(Map.of("x", input))) {
            assertThat((long[]) raw.get(0).getValue()).containsExactly(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"😀ok", "ok 😀", "😀", "a😀b", "😀 😁 and a long tail", "\udbff\udfff.", "中😀"})
    void run_answerThatTheBindingGarbles_fails(String text) {
        try (LoadedModel model = load(decoder(text))) {
            var both = Tensor.ofLongs(new long[] {1, 0}, 2);
            assertThatThrownBy(() -> answer(model, both))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("output \"y\"")
                    .hasMessageContaining("U+FFFF");
            assertThat(answer(model, Tensor.ofLongs(new long[] {1}, 1)))
                    .as("what is not garbled is answered still")
                    .isEqualTo(Tensor.ofStrings(List.of("other"), 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ð", "það", "ð og annað", "però", "ñ\u0080", "ð\u009f\u0098\u0080", "日本", "two\nð"})
    void run_answerThatOnlyLooksGarbled_isGiven(String text) {
        try (LoadedModel model = load(decoder(text))) {
            assertThat(answer(model, Tensor.ofLongs(new long[] {0, 1}, 2)))
                    .isEqualTo(Tensor.ofStrings(List.of(text, "other"), 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"😀ok", "a😀"})
    void run_mapThatTheBindingGarbles_fails(String key) {
        try (LoadedModel model = load(zipMap(key, "b"))) {
            assertThatThrownBy(() -> answer(model, Tensor.ofFloats(new float[] {1, 2}, 1, 2)))
                    .isInstanceOf(InferenceException.class)
                    .hasMessageContaining("output \"y\"")
                    .hasMessageContaining("U+FFFF");
        }
    }

    @Test
    void run_mapOfHonestText_isGiven() {
        try (LoadedModel model = load(zipMap("það", "ð\u0080"))) {
            assertThat(answer(model, Tensor.ofFloats(new float[] {1, 2}, 1, 2)))
                    .isEqualTo(new SequenceValue(List.of(new MapValue(Map.of("það", 1f, "ð\u0080", 2f)))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"in😀", "😀", "a\u0000b", "\u0000"})
    void load_nameThatTheBindingGarbles_isRejected(String name) {
        assertThatThrownBy(() -> load(relu(name, "y").toModel()))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("test:1")
                .hasMessageContaining("input " + Text.quote(name))
                .hasMessageContaining("U+FFFF");
        assertThatThrownBy(() -> load(relu("x", name).toModel()))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("output " + Text.quote(name));
    }

    @Test
    void load_nameThatIsNotUtf8_isRejected() {
        byte[] model = relu("x?", "y").toModel();
        for (int i = 1; i < model.length; i++) {
            if (model[i - 1] == 'x' && model[i] == '?') {
                model[i] = (byte) 0xe9; // "xé" in Latin-1
            }
        }
        assertThatThrownBy(() -> load(model)).isInstanceOf(RejectedModelException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"það", "日本", "€", "../x\n", "ð\u0080", "\ufffd"})
    void load_nameOfTheBasicPlane_isAsked(String name) {
        try (LoadedModel model = load(relu(name, name + "'").toModel())) {
            var one = Tensor.ofFloats(new float[] {1}, 1);
            assertThat(model.run(Map.of(name, one))).isEqualTo(Map.of(name + "'", one));
        }
    }

    /** Nobody need ask for weights, even where they are declared as inputs, as old models do. */
    @Test
    void load_weightsOfAnyName_areTaken() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, 1)
                .input("w😀", ElementType.FLOAT32, 1)
                .weights("w😀", new float[] {2}, 1)
                .output("y", ElementType.FLOAT32, 1)
                .node("Mul", List.of("x", "w😀"), List.of("y"))
                .toModel();
        try (LoadedModel model = load(bytes)) {
            assertThat(answer(model, Tensor.ofFloats(new float[] {3}, 1)))
                    .isEqualTo(Tensor.ofFloats(new float[] {6}, 1));
        }
    }

    private static OnnxGraph relu(String input, String output) {
        return new OnnxGraph()
                .input(input, ElementType.FLOAT32, Shape.DYNAMIC)
                .output(output, ElementType.FLOAT32, Shape.DYNAMIC)
                .node("Relu", List.of(input), List.of(output));
    }

    /** The reason for the failures above; when this fails, the binding has learned UTF-8 and {@link GarbledText} can go. */
    @Test
    void rawBinding_stillGarblesAnswersBeyondTheBasicPlane() throws OrtException {
        assertThat(rawAnswer("😀ok").codePoints().toArray()).containsExactly(0xf0, 0x9f, 0x98);
        assertThat(rawAnswer("a😀").codePoints().toArray()).containsExactly(0x61, 0xf0);
        assertThat(rawAnswer("😀").codePoints().toArray()).containsExactly(0xf0);
    }

    private static String rawAnswer(String text) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(decoder(text));
                OnnxTensor input = OnnxTensor.createTensor(environment, new long[] {0});
                OrtSession.Result raw = session.run(Map.of("x", input))) {
            return ((String[]) raw.get(0).getValue())[0];
        }
    }

    /** The text for 0, "other" for any other number. */
    private static byte[] decoder(String text) {
        return new OnnxGraph()
                .input("x", ElementType.INT64, Shape.DYNAMIC)
                .output("y", ElementType.STRING, Shape.DYNAMIC)
                .node(
                        OnnxGraph.ML,
                        "LabelEncoder",
                        List.of("x"),
                        List.of("y"),
                        Attribute.ofLongs("keys_int64s", 0),
                        Attribute.ofStrings("values_strings", text),
                        Attribute.of("default_string", "other"))
                .toModel();
    }

    private static byte[] zipMap(String... keys) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, keys.length)
                .outputStringMaps("y")
                .node(
                        OnnxGraph.ML,
                        "ZipMap",
                        List.of("x"),
                        List.of("y"),
                        Attribute.ofStrings("classlabels_strings", keys))
                .toModel();
    }

    /** 7 for the text, −1 for any other. */
    private static byte[] encoder(String text) {
        return new OnnxGraph()
                .input("x", ElementType.STRING, Shape.DYNAMIC)
                .output("y", ElementType.INT64, Shape.DYNAMIC)
                .node(
                        OnnxGraph.ML,
                        "LabelEncoder",
                        List.of("x"),
                        List.of("y"),
                        Attribute.ofStrings("keys_strings", text),
                        Attribute.ofLongs("values_int64s", 7),
                        Attribute.of("default_int64", -1))
                .toModel();
    }

    private static Object answer(LoadedModel model, Tensor x) {
        return model.run(Map.of("x", x)).values().iterator().next();
    }

    private static LoadedModel load(byte[] bytes) {
        return OnnxRuntime.withDefaults().load(OnnxModels.verified("test:1", bytes));
    }

    private static Tensor random(ElementType type, long... sizes) {
        int count = (int) Shape.of(sizes).elementCount();
        var random = new Random(type.name().hashCode());
        if (type == ElementType.STRING) {
            return Tensor.ofStrings(
                    random.ints(count).mapToObj(Integer::toString).toList(), sizes);
        }
        byte[] bytes = new byte[count * type.bytes()];
        random.nextBytes(bytes);
        if (type == ElementType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        return Tensor.ofData(type, ByteBuffer.wrap(bytes), Shape.of(sizes));
    }
}
