package io.mlops4j.serving.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.OnnxGraph;
import io.mlops4j.serving.OnnxGraph.Attribute;
import io.mlops4j.serving.OnnxModels;
import io.mlops4j.serving.VerifiedModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no model, or reaches outside itself, is refused with one clear error. */
final class SafeLoadingTest {
    private static final OnnxRuntime RUNTIME = OnnxRuntime.withDefaults();

    @Test
    void load_emptyFile_isRejected() {
        assertRejected(new byte[0], "empty");
    }

    @Test
    void load_text_isRejected() {
        assertRejected("<html>not a model</html>".getBytes(StandardCharsets.UTF_8), "test:1");
    }

    @Test
    void load_truncatedModel_isRejected() {
        byte[] whole = OnnxModels.linear(30, 1, 1);
        for (int length = 1; length < whole.length; length += 7) {
            assertRejected(Arrays.copyOf(whole, length), "test:1");
        }
    }

    @Property(tries = 300)
    void load_anyBytes_isRejectedOrLoaded(@ForAll byte[] bytes) {
        assertLoadedOrRejected(bytes);
    }

    @Property(tries = 300)
    void load_modelWithOneByteChanged_isRejectedOrLoaded(@ForAll int where, @ForAll byte what) {
        byte[] bytes = OnnxModels.linear(3, 1, 1);
        bytes[Math.floorMod(where, bytes.length)] = what;
        assertLoadedOrRejected(bytes);
    }

    private static void assertLoadedOrRejected(byte[] bytes) {
        try {
            RUNTIME.load(OnnxModels.verified("test:1", bytes)).close();
        } catch (RejectedModelException e) {
            assertThat(e).hasMessageContaining("test:1");
        }
    }

    @Test
    void load_unknownOperator_isRejectedWithItsName() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, 1)
                .output("y", ElementType.FLOAT32, 1)
                .node("NoSuchOp", List.of("x"), List.of("y"))
                .toModel();
        assertRejected(bytes, "NoSuchOp");
    }

    @Test
    void load_hostileNames_areEscapedInTheMessage() {
        byte[] bytes = new OnnxGraph()
                .input("../../x\n", ElementType.FLOAT32, 1)
                .output("y", ElementType.FLOAT32, 1)
                .node("No\nSuch${jndi:}Op", List.of("../../x\n"), List.of("y"))
                .toModel();
        assertThatThrownBy(() -> RUNTIME.load(OnnxModels.verified("test:1", bytes)))
                .isInstanceOf(RejectedModelException.class)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void load_configFromModel_isRefused() {
        var runtime = new OnnxRuntime(OnnxOptions.defaults(), Map.of("ORT_LOAD_CONFIG_FROM_MODEL", "1"));
        assertThatThrownBy(() -> runtime.load(OnnxModels.verified("test:1", OnnxModels.linear(3, 1, 1))))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("ORT_LOAD_CONFIG_FROM_MODEL");
    }

    @Test
    void load_sequenceInput_isRejected() {
        byte[] bytes = new OnnxGraph()
                .inputSequence("s", ElementType.FLOAT32)
                .output("y", ElementType.INT64)
                .node("SequenceLength", List.of("s"), List.of("y"))
                .toModel();
        assertRejected(bytes, "\"s\"");
    }

    @Test
    void load_stringNormalizerWithoutItsLocale_saysWhatToInstall() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.STRING, Shape.DYNAMIC)
                .output("y", ElementType.STRING, Shape.DYNAMIC)
                .node("StringNormalizer", List.of("x"), List.of("y"), Attribute.of("case_change_action", "LOWER"))
                .toModel();
        try (LoadedModel model = RUNTIME.load(OnnxModels.verified("test:1", bytes))) {
            assertThat(model.run(Map.of("x", Tensor.ofStrings(List.of("ABC"), 1))))
                    .containsEntry("y", Tensor.ofStrings(List.of("abc"), 1));
        } catch (RejectedModelException e) {
            assertThat(e).hasMessageContaining("en_US.UTF-8").hasMessageContaining("install");
        }
    }

    @Test
    void load_weightsInACompanion_areUsed() {
        byte[] weights = littleEndian(9, 2, 3);
        byte[] bytes = external("w.bin", 4, 8);
        try (LoadedModel model = RUNTIME.load(withCompanion(bytes, "w.bin", weights))) {
            Tensor x = Tensor.ofFloats(new float[] {10, 100}, 1, 2);
            assertThat(model.run(Map.of("x", x))).containsEntry("y", Tensor.ofFloats(new float[] {320}, 1, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/hostname",
                "../w.bin",
                "./w.bin",
                "sub/w.bin",
                "w.bin\u0000",
                "",
                "*/_ORT_MEM_ADDR_/*",
                "other.bin"
            })
    void load_weightsAnywhereElse_areRejected(String location) {
        assertThatThrownBy(() -> RUNTIME.load(withCompanion(external(location, 0, 8), "w.bin", littleEndian(1, 2))))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("\"w\"")
                .hasMessageContaining("w.bin");
    }

    @Test
    void load_weightsBeyondTheCompanion_areRejected() {
        byte[] weights = littleEndian(1, 2);
        assertRejected(withCompanion(external("w.bin", 4, 8), "w.bin", weights), "inside a file of 8");
        assertRejected(withCompanion(external("w.bin", -1, 8), "w.bin", weights), "-1");
        assertRejected(withCompanion(external("w.bin", Long.MAX_VALUE, 8), "w.bin", weights), "offset");
        assertRejected(withCompanion(external("w.bin", 0, 4), "w.bin", weights), "length");
    }

    @Test
    void load_weightsOfImpossibleSize_areRejected() {
        byte[] bytes = new OnnxGraph()
                .input("x", ElementType.FLOAT32, 1)
                .output("y", ElementType.FLOAT32, 1)
                .externalWeights("w", "w.bin", 0, 0, 1L << 32, 1L << 32)
                .node("Add", List.of("x", "w"), List.of("y"))
                .toModel();
        assertRejected(withCompanion(bytes, "w.bin", new byte[8]), "impossible sizes");
    }

    @Test
    void load_externalTensorInAnAttribute_isRejected() {
        byte[] bytes = new OnnxGraph()
                .output("y", ElementType.FLOAT32, 2, 1)
                .node("Constant", List.of(), List.of("y"), Attribute.ofExternalTensor("value", "w.bin", 2, 1))
                .toModel();
        assertRejected(withCompanion(bytes, "w.bin", new byte[8]), "main graph only");
    }

    @Test
    void load_externalTensorInASubgraph_isRejected() {
        var branch = new OnnxGraph()
                .output("o", ElementType.FLOAT32, 2, 1)
                .externalWeights("v", "w.bin", 0, 8, 2, 1)
                .node("Identity", List.of("v"), List.of("o"));
        byte[] bytes = new OnnxGraph()
                .input("c", ElementType.BOOL)
                .output("y", ElementType.FLOAT32, 2, 1)
                .node(
                        "If",
                        List.of("c"),
                        List.of("y"),
                        Attribute.of("then_branch", branch),
                        Attribute.of("else_branch", branch))
                .toModel();
        assertRejected(withCompanion(bytes, "w.bin", new byte[8]), "main graph only");
    }

    @Test
    void load_graphsNestedWithoutEnd_areRejected() {
        var graph = new OnnxGraph();
        for (int i = 0; i < 100; i++) {
            graph = new OnnxGraph().node("If", List.of("c"), List.of("y"), Attribute.of("then_branch", graph));
        }
        assertRejected(graph.toModel(), "nested");
    }

    /** {@code y = x · w} with w[2, 1] kept outside. */
    private static byte[] external(String location, long offset, long length) {
        return new OnnxGraph()
                .input("x", ElementType.FLOAT32, Shape.DYNAMIC, 2)
                .output("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)
                .externalWeights("w", location, offset, length, 2, 1)
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .toModel();
    }

    private static VerifiedModel withCompanion(byte[] model, String name, byte[] companion) {
        return VerifiedModel.verify("test:1", "model.onnx", model, Digest.of(model), Map.of(name, companion));
    }

    private static byte[] littleEndian(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return data.array();
    }

    private static void assertRejected(byte[] bytes, String mentioning) {
        assertRejected(OnnxModels.verified("test:1", bytes), mentioning);
    }

    private static void assertRejected(VerifiedModel model, String mentioning) {
        assertThatThrownBy(() -> RUNTIME.load(model))
                .isInstanceOf(RejectedModelException.class)
                .hasMessageContaining("test:1")
                .hasMessageContaining(mentioning);
    }
}
