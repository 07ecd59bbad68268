package io.mlops4j.serving.onnx;

import io.mlops4j.internal.Text;
import io.mlops4j.serving.internal.ProtoReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Collects the names by which an input or output cannot be asked for. ONNX Runtime's Java binding passes names as it does
 * all text, in Java's modified UTF-8, which differs from UTF-8 for U+0000 and for characters beyond U+FFFF: it shows names
 * that the model does not have, and asks the model by names that are in no model.
 *
 * <p>Confined to one thread at a time.
 */
final class GarbledNames {
    private final Set<String> inputs = new LinkedHashSet<>();
    private final Set<String> outputs = new LinkedHashSet<>();
    private final Set<String> weights = new LinkedHashSet<>();

    /** Reads the name of an input. */
    void addInput(ProtoReader name) {
        add(name, inputs);
    }

    /** Reads the name of an output. */
    void addOutput(ProtoReader name) {
        add(name, outputs);
    }

    /** Reads the name of weights. They may be declared as inputs too, which the binding does not show, nor anyone asks. */
    void addWeights(ProtoReader name) {
        add(name, weights);
    }

    private static void add(ProtoReader name, Set<String> garbled) {
        String text = name.text();
        if (text.chars().anyMatch(c -> c == 0 || Character.isSurrogate((char) c))
                || !Arrays.equals(text.getBytes(StandardCharsets.UTF_8), name.bytes())) {
            garbled.add(text);
        }
    }

    /** What cannot be asked for, inputs first, such as {@code input "a\u005cu0000"}. */
    List<String> found() {
        return Stream.concat(
                        inputs.stream()
                                .filter(name -> !weights.contains(name))
                                .map(name -> "input " + Text.quote(name)),
                        outputs.stream().map(name -> "output " + Text.quote(name)))
                .toList();
    }
}
