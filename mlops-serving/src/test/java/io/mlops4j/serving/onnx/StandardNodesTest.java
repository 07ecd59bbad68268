package io.mlops4j.serving.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.WarmUp;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.onnx.OnnxData.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every node test of the ONNX standard that ONNX Runtime runs gives, through our tensors, a loaded model and a server,
 * the same bits as ONNX Runtime gives by its own binding. Needs Debian's package {@code libonnx-testdata}.
 */
@Timeout(120)
final class StandardNodesTest {
    private static final ModelName NAME = ModelName.of("node");

    private final List<String> refusedByRaw = new ArrayList<>();
    private final List<String> random = new ArrayList<>();
    private final List<String> unlikeReference = new ArrayList<>();
    private final List<String> mismatches = new ArrayList<>();
    private int same;

    @Test
    void predict_everyNodeThatRawRuns_givesTheSameBits() throws IOException, MalformedProtoException {
        boolean installed = Files.isDirectory(NodeCase.FOLDER);
        if (!installed) {
            System.out.println("Node tests: skipped, Debian's package libonnx-testdata is not installed");
        }
        assumeTrue(installed, "libonnx-testdata is not installed");
        List<Path> all = NodeCase.all();
        for (Path folder : all) {
            check(folder);
        }
        System.out.printf(
                "Node tests: %d in all; run by both %d, of which %d draw random numbers (compared in type and shape);"
                        + " refused by raw ONNX Runtime's binding %d; mismatches %d%n",
                all.size(), same + random.size(), random.size(), refusedByRaw.size(), mismatches.size());
        System.out.println("Node tests: refused by raw: " + refusedByRaw);
        System.out.println("Node tests: random: " + random);
        System.out.println("Node tests: unlike the reference implementation, both: " + unlikeReference);
        assertThat(mismatches).isEmpty();
        assertThat(same).isGreaterThan(800);
        assertThat(random.size()).isLessThan(20);
        assertThat(unlikeReference.size()).isLessThan(40);
    }

    private void check(Path folder) throws IOException, MalformedProtoException {
        String name = String.valueOf(folder.getFileName());
        try {
            NodeCase node = NodeCase.read(folder);
            List<Map<String, Seen>> raw = raw(node);
            if (raw.get(0).equals(raw.get(1))) {
                compare(node, raw.get(0));
            } else {
                compareForms(node, raw.get(0));
            }
        } catch (OrtException | UnsupportedException e) {
            refusedByRaw.add(name + " (" + firstWords(e) + ")");
        }
    }

    private List<Map<String, Seen>> raw(NodeCase node) throws OrtException, MalformedProtoException {
        return RawOnnx.ask(node.model().bytes(), node.inputs(), 2);
    }

    private void compare(NodeCase node, Map<String, Seen> raw) {
        Map<String, Value> ours = loaded(node);
        Map<String, Value> served = served(node);
        if (seen(ours).equals(raw) && served.equals(ours)) {
            same++;
        } else {
            mismatches.add(node.name());
        }
        if (!Near.all(node.expected(), ours)) {
            unlikeReference.add(node.name());
        }
    }

    private void compareForms(NodeCase node, Map<String, Seen> raw) {
        Map<String, Seen> ours = seen(loaded(node));
        boolean alike = ours.keySet().equals(raw.keySet());
        for (Map.Entry<String, Seen> output : ours.entrySet()) {
            Seen other = raw.get(output.getKey());
            alike &= other != null && other.form().equals(output.getValue().form());
        }
        (alike ? random : mismatches).add(node.name());
    }

    private static Map<String, Value> loaded(NodeCase node) {
        try (LoadedModel model = OnnxRuntime.withDefaults().load(node.model())) {
            return model.run(node.inputs());
        }
    }

    private static Map<String, Value> served(NodeCase node) {
        try (ModelServer server = ModelServer.builder()
                .runtime(OnnxRuntime.withDefaults())
                .warmUp(WarmUp.none())
                .serve(NAME, node.model())
                .start()) {
            return server.predict(NAME, node.inputs()).outputs();
        }
    }

    private static Map<String, Seen> seen(Map<String, Value> outputs) {
        Map<String, Seen> seen = new LinkedHashMap<>();
        outputs.forEach((name, value) -> seen.put(name, Seen.of(value)));
        return seen;
    }

    private static String firstWords(Exception e) {
        String message = String.valueOf(e.getMessage()).replaceFirst("^Error code - \\S+ - message: ", "");
        return message.substring(0, Math.min(message.length(), 48)).replace('\n', ' ');
    }
}
