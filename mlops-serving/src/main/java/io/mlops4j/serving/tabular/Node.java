package io.mlops4j.serving.tabular;

import static io.mlops4j.serving.tabular.NotCompiledException.require;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An operator in a graph.
 *
 * <p>Immutable.
 *
 * @param op its kind
 * @param inputs the names of what it takes
 * @param outputs the names of what it gives
 * @param attributes by name
 */
record Node(Operator op, List<String> inputs, List<String> outputs, Map<String, Attribute> attributes) {
    Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /** Refuses a node that has attributes, inputs or outputs beyond those that are understood. */
    void requireForm(int inputCount, int outputCount, String... known) throws NotCompiledException {
        require(inputs.size() == inputCount && outputs.size() == outputCount, "the usual inputs and outputs of " + op);
        require(Set.of(known).containsAll(attributes.keySet()), "only known attributes of " + op);
    }

    long[] numbers(String name) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? new long[0] : attribute.numbers();
    }

    float[] decimals(String name) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? new float[0] : attribute.decimals();
    }

    List<String> texts(String name) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? List.of() : attribute.texts();
    }

    String text(String name, String ifAbsent) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? ifAbsent : attribute.text();
    }

    long number(String name, long ifAbsent) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? ifAbsent : attribute.number();
    }

    float decimal(String name, float ifAbsent) {
        Attribute attribute = attributes.get(name);
        return attribute == null ? ifAbsent : attribute.decimal();
    }
}
