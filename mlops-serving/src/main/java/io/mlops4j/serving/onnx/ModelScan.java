package io.mlops4j.serving.onnx;

import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.internal.ProtoReader;
import io.mlops4j.serving.internal.ProtoReader.MalformedProtoException;
import io.mlops4j.serving.onnx.ExternalTensor.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Finds what must be known of an ONNX model before a native parser sees it, or what the Java binding does not tell: every
 * tensor that lives outside the model's file, the declared types, every input whose shape is not declared, and operators
 * by which rows influence each other. Refuses
 * what would end the JVM while it is loaded, or never end: see {@link TreeDepth} and {@link FunctionCalls}. One pass over
 * the bytes, whatever they are; nesting is bounded. Field numbers are those of {@code onnx-ml.proto} [1].
 *
 * <p>[1] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 *
 * <p>Confined to one thread at a time.
 */
final class ModelScan {
    private static final int MAX_DEPTH = 64;

    private final List<ExternalTensor> external = new ArrayList<>();
    private final Set<String> unshaped = new HashSet<>();
    private final Map<String, ValueSpec> inputs = new HashMap<>();
    private final Map<String, ValueSpec> outputs = new LinkedHashMap<>();
    private final FunctionCalls functions = new FunctionCalls();
    private final Set<String> quantisers = new TreeSet<>();
    private final GarbledNames garbled = new GarbledNames();
    private boolean labelsBeyondPlane;

    /** How often each operator or function is called by what is being read: the main graph, or a function. */
    private Map<String, Long> calls = new HashMap<>();

    /**
     * What was found.
     *
     * @param external the tensors that are kept outside
     * @param unshapedInputs the names of the inputs that take tensors of any number of dimensions
     * @param inputs what is declared of the inputs, by name; without those of types that this library does not have
     * @param outputs what is declared of the outputs, likewise, in the order of the file
     * @param quantisers the operators in it that quantise by the values they meet, of all rows together
     * @param labelsBeyondPlane whether a list of texts in it, as those of labels are, has characters beyond U+FFFF
     * @param garbledNames the inputs and outputs that the Java binding cannot ask for by their names, for messages
     */
    record Findings(
            List<ExternalTensor> external,
            Set<String> unshapedInputs,
            Map<String, ValueSpec> inputs,
            Map<String, ValueSpec> outputs,
            Set<String> quantisers,
            boolean labelsBeyondPlane,
            List<String> garbledNames) {
        Findings {
            external = List.copyOf(external);
            unshapedInputs = Set.copyOf(unshapedInputs);
            inputs = Map.copyOf(inputs);
            outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
            quantisers = Set.copyOf(quantisers);
            garbledNames = List.copyOf(garbledNames);
        }
    }

    private ModelScan() {}

    /**
     * Scans a model.
     *
     * @param model the bytes of a {@code ModelProto}, or any bytes
     * @return what was found
     * @throws MalformedProtoException if the bytes are no such message, or nest too deeply, or hold trees that are too
     *     deep or functions that are too large
     */
    static Findings of(byte[] model) throws MalformedProtoException {
        var scan = new ModelScan();
        scan.model(ProtoReader.of(model));
        return new Findings(
                scan.external,
                scan.unshaped,
                scan.inputs,
                scan.outputs,
                scan.quantisers,
                scan.labelsBeyondPlane,
                scan.garbled.found());
    }

    private void model(ProtoReader model) throws MalformedProtoException {
        while (model.next()) {
            if (!model.isBytes()) {
                continue;
            }
            switch (model.field()) {
                case 7 -> graph(model.message(), 0);
                case 20 -> training(model.message());
                case 25 -> function(model.message());
                default -> {} // names, versions, metadata
            }
        }
        functions.requireBounded(calls);
    }

    private void training(ProtoReader training) throws MalformedProtoException {
        while (training.next()) {
            if (training.isBytes() && (training.field() == 1 || training.field() == 2)) {
                graph(training.message(), 1);
            }
        }
    }

    private void function(ProtoReader function) throws MalformedProtoException {
        Map<String, Long> outside = calls;
        calls = new HashMap<>();
        String name = "";
        String domain = "";
        String overload = "";
        while (function.next()) {
            if (function.isBytes()) {
                switch (function.field()) {
                    case 1 -> name = function.text();
                    case 7 -> node(function.message(), 1);
                    case 10 -> domain = function.text();
                    case 13 -> overload = function.text();
                    default -> {} // parameters, versions, documentation
                }
            }
        }
        functions.define(FunctionCalls.key(domain, name, overload), calls);
        calls = outside;
    }

    private void graph(ProtoReader graph, int depth) throws MalformedProtoException {
        if (depth > MAX_DEPTH) {
            throw new MalformedProtoException("graphs nested more than " + MAX_DEPTH + " deep");
        }
        while (graph.next()) {
            if (!graph.isBytes()) {
                continue;
            }
            switch (graph.field()) {
                case 1 -> node(graph.message(), depth);
                case 5 -> {
                    tensor(graph.message(), depth == 0 ? Place.MAIN_INITIALIZER : Place.ELSEWHERE);
                    names(graph.message(), 8, garbled::addWeights);
                }
                case 15 -> sparse(graph.message());
                case 11 -> {
                    if (depth == 0) {
                        names(graph.message(), 1, garbled::addInput);
                        input(graph.message());
                    }
                }
                case 12 -> {
                    if (depth == 0) {
                        names(graph.message(), 1, garbled::addOutput);
                        declared(graph.message(), outputs);
                    }
                }
                default -> {} // names
            }
        }
    }

    private static void names(ProtoReader named, int field, Consumer<ProtoReader> found)
            throws MalformedProtoException {
        while (named.next()) {
            if (named.isBytes() && named.field() == field) {
                found.accept(named);
            }
        }
    }

    private void input(ProtoReader input) throws MalformedProtoException {
        boolean shaped = false;
        ProtoReader fields = input.copy();
        while (fields.next()) {
            shaped |= fields.isBytes() && fields.field() == 2 && isShaped(fields.message());
        }
        String name = declared(input, inputs);
        if (!shaped) {
            unshaped.add(name);
        }
    }

    /** Reads a ValueInfoProto; gives its name. */
    private static String declared(ProtoReader value, Map<String, ValueSpec> into) throws MalformedProtoException {
        String name = "";
        Optional<ProtoReader> type = Optional.empty();
        while (value.next()) {
            if (value.isBytes() && value.field() == 1) {
                name = value.text();
            } else if (value.isBytes() && value.field() == 2) {
                type = Optional.of(value.message());
            }
        }
        if (type.isPresent()) {
            String found = name;
            DeclaredType.read(name, type.get()).ifPresent(spec -> into.put(found, spec));
        }
        return name;
    }

    /** Whether a TypeProto is that of a tensor, or of an optional one, and holds a shape. */
    private static boolean isShaped(ProtoReader type) throws MalformedProtoException {
        return has(type.copy(), 1, 2) || has(type, 9, 1, 1, 2);
    }

    /** Whether there is a message at the path of field numbers. */
    private static boolean has(ProtoReader message, int... path) throws MalformedProtoException {
        while (message.next()) {
            if (message.isBytes()
                    && message.field() == path[0]
                    && (path.length == 1 || has(message.message(), Arrays.copyOfRange(path, 1, path.length)))) {
                return true;
            }
        }
        return false;
    }

    private void node(ProtoReader node, int depth) throws MalformedProtoException {
        ProtoReader again = node.copy();
        String operator = "";
        String domain = "";
        String overload = "";
        while (node.next()) {
            if (node.isBytes()) {
                switch (node.field()) {
                    case 4 -> operator = node.text();
                    case 5 -> attribute(node.message(), depth);
                    case 7 -> domain = node.text();
                    case 8 -> overload = node.text();
                    default -> {} // names, documentation
                }
            }
        }
        calls.merge(FunctionCalls.key(domain, operator, overload), 1L, Long::sum);
        // DynamicQuantizeLinear of the standard; DynamicQuantizeMatMul and DynamicQuantizeLSTM of com.microsoft.
        if (operator.startsWith("DynamicQuantize")) {
            quantisers.add(operator);
        }
        if (operator.startsWith("TreeEnsemble")) {
            TreeDepth.requireBounded(again);
        }
    }

    private void attribute(ProtoReader attribute, int depth) throws MalformedProtoException {
        while (attribute.next()) {
            if (!attribute.isBytes()) {
                continue;
            }
            switch (attribute.field()) {
                case 5, 10 -> tensor(attribute.message(), Place.ELSEWHERE);
                case 9 -> labelsBeyondPlane |= isBeyondPlane(attribute.bytes());
                case 6, 11 -> graph(attribute.message(), depth + 1);
                case 22, 23 -> sparse(attribute.message());
                default -> {} // numbers and text
            }
        }
    }

    /** In UTF-8 the first byte of such a character, and no other byte, is 0xF0 or more. */
    private static boolean isBeyondPlane(byte[] text) {
        for (byte b : text) {
            if ((b & 0xff) >= 0xf0) {
                return true;
            }
        }
        return false;
    }

    private void sparse(ProtoReader sparse) throws MalformedProtoException {
        while (sparse.next()) {
            if (sparse.isBytes() && (sparse.field() == 1 || sparse.field() == 2)) {
                tensor(sparse.message(), Place.ELSEWHERE);
            }
        }
    }

    private void tensor(ProtoReader tensor, Place place) throws MalformedProtoException {
        ExternalTensor.addIfExternal(tensor, place, external);
    }
}
