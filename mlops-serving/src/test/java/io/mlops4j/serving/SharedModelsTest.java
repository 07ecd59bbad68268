package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of other trainers answer through the server what their trainers answered. */
final class SharedModelsTest {
    private static final ModelName NAME = ModelName.of("shared");
    private static final double RELATIVE = 1e-5;

    private static final Set<String> COMPILED = Set.of(
            "gbc_breast_cancer", "pipe_logreg_iris_string_labels", "rf_wine_zipmap", "xgb_diabetes", "xgb_elec2");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gbc_breast_cancer",
                "mlp_digits",
                "pipe_credit_g_mixed_string_float",
                "pipe_logreg_iris_string_labels",
                "rf_wine_zipmap",
                "ridge_diabetes_double",
                "xgb_diabetes",
                "xgb_elec2"
            })
    void predict_modelOfAnotherTrainer_agreesWithTheTrainer(String model) throws IOException {
        Path folder = SharedData.folder().resolve("models");
        Assumptions.assumeTrue(Files.isDirectory(folder), "the shared models are not beside this checkout");
        JsonNode golden = new ObjectMapper()
                .readTree(folder.resolve(model + ".expected.json").toFile());
        var registry = new SimpleMeterRegistry();
        try (var server = ModelServer.builder()
                .serve(NAME, folder.resolve(model + ".onnx"))
                .meters(registry)
                .start()) {
            assertThat(registry.get("mlops.inference").timer().getId().getTag("runtime"))
                    .isEqualTo(COMPILED.contains(model) ? "compiled" : "onnxruntime");
            Map<String, Value> inputs = inputs(server.signature(NAME).inputs(), golden.get("inputs"));
            Prediction prediction = server.predict(NAME, inputs);
            List<Value> outputs = new ArrayList<>(prediction.outputs().values());
            JsonNode expected = golden.get("expected");
            if (expected.has("variable")) {
                assertNumbers((Tensor) outputs.get(0), expected.get("variable"));
            } else {
                assertLabels((Tensor) outputs.get(0), expected.get("label"));
                assertProbabilities(outputs.get(1), expected);
            }
        }
    }

    private static Map<String, Value> inputs(List<ValueSpec> specs, JsonNode given) {
        Map<String, Value> inputs = new LinkedHashMap<>();
        for (ValueSpec spec : specs) {
            inputs.put(spec.name(), tensor(((TensorSpec) spec).type(), given.get(spec.name())));
        }
        return inputs;
    }

    private static Tensor tensor(ElementType type, JsonNode rows) {
        int columns = rows.get(0).size();
        List<JsonNode> cells = new ArrayList<>();
        rows.forEach(row -> row.forEach(cells::add));
        if (type == ElementType.STRING) {
            return Tensor.ofStrings(cells.stream().map(JsonNode::asText).toList(), rows.size(), columns);
        }
        double[] values = cells.stream().mapToDouble(JsonNode::asDouble).toArray();
        return Tensor.ofFloatingPoint(type, values, rows.size(), columns);
    }

    private static void assertLabels(Tensor labels, JsonNode expected) {
        List<String> seen = labels.type() == ElementType.STRING
                ? labels.strings()
                : LongStream.of(labels.longs()).mapToObj(Long::toString).toList();
        List<String> wanted = new ArrayList<>();
        expected.forEach(label -> wanted.add(label.asText()));
        assertThat(seen).isEqualTo(wanted);
    }

    private static void assertNumbers(Tensor numbers, JsonNode expected) {
        double[] seen = numbers.doubles();
        assertThat(seen).hasSize(expected.size());
        for (int i = 0; i < seen.length; i++) {
            assertClose(seen[i], expected.get(i).asDouble(), "row " + i);
        }
    }

    private static void assertProbabilities(Value seen, JsonNode golden) {
        JsonNode expected = golden.get("probabilities");
        for (int row = 0; row < expected.size(); row++) {
            for (int column = 0; column < expected.get(row).size(); column++) {
                double wanted = expected.get(row).get(column).asDouble();
                assertClose(probability(seen, golden, row, column), wanted, "row " + row + " class " + column);
            }
        }
    }

    private static double probability(Value seen, JsonNode golden, int row, int column) {
        if (seen instanceof Tensor tensor) {
            return tensor.floats()[Math.toIntExact(row * tensor.shape().size(1) + column)];
        }
        JsonNode label = golden.get("classes").get(column);
        var map = (MapValue) ((SequenceValue) seen).values().get(row);
        Object key = label.isTextual() ? label.asText() : (Object) label.asLong();
        return map.entries().get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static void assertClose(double seen, double wanted, String where) {
        assertThat(seen).as(where).isCloseTo(wanted, within(RELATIVE * Math.abs(wanted)));
    }
}
