package io.mlops4j.serving.onnx;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedModelException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.internal.ProtoWriter;
import java.io.ByteArrayOutputStream;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/*
 * ONNX Runtime's Java binding follows a null pointer where an output is absent, which ends the JVM. So such an output is
 * never asked for. The graph gets two outputs more for each: whether it is there (OptionalHasElement), and what it is if it
 * is (If … OptionalGetElement), or else something empty of its type. What is written behind a message in the wire format is
 * merged into it [1], so this takes no more than some bytes behind the model's. Field numbers are those of onnx-ml.proto [2].
 *
 * [1] https://protobuf.dev/programming-guides/encoding/#last-one-wins
 * [2] https://github.com/onnx/onnx/blob/v1.18.0/onnx/onnx-ml.proto
 */
/**
 * The optional outputs of a model, and how they are read without harm.
 *
 * <p>Immutable.
 */
final class OptionalOutputs {
    private static final int INT = 2;
    private static final int TENSOR = 4;
    private static final int GRAPH = 5;

    private final Map<String, OptionalSpec> optional = new LinkedHashMap<>();
    private final List<String> all;

    private OptionalOutputs(String label, Collection<ValueSpec> outputs) {
        all = outputs.stream().map(ValueSpec::name).toList();
        for (ValueSpec output : outputs) {
            if (output instanceof OptionalSpec spec) {
                requireReadable(label, spec);
                optional.put(spec.name(), spec);
            }
        }
    }

    /**
     * Finds them.
     *
     * @param label names the model in messages
     * @param outputs what the model's file declares, in its order
     * @throws RejectedModelException if one of them is of a type that cannot be read
     */
    static OptionalOutputs of(String label, Collection<ValueSpec> outputs) {
        return new OptionalOutputs(label, outputs);
    }

    private static void requireReadable(String label, OptionalSpec spec) {
        ValueSpec element = spec.element();
        if (element instanceof SequenceSpec sequence
                ? !(sequence.element() instanceof TensorSpec)
                : !(element instanceof TensorSpec)) {
            throw new RejectedModelException("Cannot load model " + label + ": output " + Text.quote(spec.name())
                    + " is an optional " + element.getClass().getSimpleName()
                    + ", expected an optional tensor or an optional sequence of tensors");
        }
    }

    boolean isEmpty() {
        return optional.isEmpty();
    }

    /** The model with the outputs by which these are read. */
    byte[] readable(byte[] model) {
        if (isEmpty()) {
            return model;
        }
        byte[] more = new ProtoWriter()
                .message(7, graph -> optional.values().forEach(spec -> add(graph, spec)))
                .toByteArray();
        var both = new ByteArrayOutputStream(model.length + more.length);
        both.writeBytes(model);
        both.writeBytes(more);
        return both.toByteArray();
    }

    private static void add(ProtoWriter graph, OptionalSpec spec) {
        String name = spec.name();
        graph.message(1, node -> node.text(1, name).text(2, there(name)).text(4, "OptionalHasElement"));
        graph.message(1, node -> node.text(1, there(name))
                .text(2, value(name))
                .text(4, "If")
                .message(5, branch("then_branch", get(name)))
                .message(5, branch("else_branch", empty(spec.element()))));
        graph.message(12, output -> output.text(1, there(name))
                .message(
                        2,
                        type -> type.message(1, tensor -> tensor.number(1, OnnxTypes.number(ElementType.BOOL))
                                .message(2, scalar -> {}))));
        graph.message(12, output -> output.text(1, value(name)).message(2, type -> type(type, spec.element())));
    }

    /** A graph of one node, whose output is called {@code v}. */
    private static Consumer<ProtoWriter> branch(String name, Consumer<ProtoWriter> node) {
        return attribute -> attribute.text(1, name).number(20, GRAPH).message(6, graph -> graph.message(1, node)
                .text(2, name)
                .message(12, output -> output.text(1, "v")));
    }

    private static Consumer<ProtoWriter> get(String name) {
        return node -> node.text(1, name).text(2, "v").text(4, "OptionalGetElement");
    }

    private static Consumer<ProtoWriter> empty(ValueSpec element) {
        return element instanceof SequenceSpec sequence
                ? node -> node.text(2, "v").text(4, "SequenceEmpty").message(5, attribute -> attribute
                        .text(1, "dtype")
                        .number(20, INT)
                        .number(3, number(sequence.element())))
                : node -> node.text(2, "v").text(4, "Constant").message(5, attribute -> attribute
                        .text(1, "value")
                        .number(20, TENSOR)
                        .message(5, tensor -> tensor.number(1, 0).number(2, number(element))));
    }

    private static void type(ProtoWriter type, ValueSpec spec) {
        if (spec instanceof SequenceSpec sequence) {
            type.message(4, of -> of.message(1, element -> type(element, sequence.element())));
        } else {
            type.message(1, tensor -> tensor.number(1, number(spec)));
        }
    }

    private static long number(ValueSpec tensor) {
        return OnnxTypes.number(((TensorSpec) tensor).type());
    }

    private static String there(String name) {
        return "mlops4j/there/" + name;
    }

    private static String value(String name) {
        return "mlops4j/value/" + name;
    }

    /** Those of a session's outputs that the model has declared. */
    List<String> own(Collection<String> names) {
        Set<String> added = new HashSet<>();
        optional.keySet().forEach(name -> added.addAll(List.of(there(name), value(name))));
        return names.stream().filter(name -> !added.contains(name)).toList();
    }

    /** The outputs to ask for. */
    Set<String> asked() {
        Set<String> asked = new LinkedHashSet<>();
        for (String name : all) {
            if (optional.containsKey(name)) {
                asked.add(there(name));
                asked.add(value(name));
            } else {
                asked.add(name);
            }
        }
        return asked;
    }

    /** The outputs as the model declares them, without those that are absent. */
    Map<String, Value> read(Map<String, Value> answers) {
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (String name : all) {
            if (!optional.containsKey(name)) {
                outputs.put(name, requireNonNull(answers.get(name)));
            } else if (((Tensor) requireNonNull(answers.get(there(name)))).booleans()[0]) {
                outputs.put(name, requireNonNull(answers.get(value(name))));
            }
        }
        return outputs;
    }
}
