package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks a request against a signature before a runtime touches it: every input there, none unknown, types and shapes
 * as declared. Runtimes call it, so that every one of them rejects alike.
 *
 * <p>Thread-safe; it keeps nothing.
 */
public final class InputCheck {
    private InputCheck() {}

    /**
     * Checks a request. Values of sequence and map inputs are left to the runtime; an optional input may be left out.
     *
     * @param model the model for messages, such as {@code rides:3}
     * @param signature what the model takes
     * @param inputs the request
     * @throws RejectedInputException if an input is missing, unknown, or of the wrong type or shape; the message names
     *     the input, what was seen and what was expected
     */
    public static void check(String model, Signature signature, Map<String, Value> inputs) {
        check(model, signature, Set.of(), inputs);
    }

    /**
     * Checks a request to a model that does not declare the shape of every input.
     *
     * @param model the model for messages, such as {@code rides:3}
     * @param signature what the model takes
     * @param unshaped the names of the inputs that take tensors of any shape, whatever the signature says
     * @param inputs the request
     * @throws RejectedInputException as {@link #check(String, Signature, Map)} does
     */
    public static void check(String model, Signature signature, Set<String> unshaped, Map<String, Value> inputs) {
        int known = 0;
        for (ValueSpec input : signature.inputs()) {
            Value value = inputs.get(input.name());
            ValueSpec spec = input instanceof OptionalSpec optional ? optional.element() : input;
            if (value != null) {
                known++;
                if (spec instanceof TensorSpec declared) {
                    checkTensor(model, input.name(), declared, unshaped.contains(input.name()), value);
                }
            } else if (spec == input) {
                throw rejected(model, "input " + Text.quote(spec.name()) + " is missing, expected " + form(spec));
            }
        }
        if (inputs.size() != known) {
            throw unknown(model, signature, inputs);
        }
    }

    private static void checkTensor(String model, String name, TensorSpec declared, boolean anyShape, Value value) {
        if (value instanceof Tensor tensor && fits(declared, anyShape, tensor)) {
            return;
        }
        String seen = value instanceof Tensor tensor
                ? tensor.type().toString() + tensor.shape()
                : "a " + value.getClass().getSimpleName();
        throw rejected(model, "input " + Text.quote(name) + " is " + seen + ", expected " + form(declared));
    }

    private static boolean fits(TensorSpec declared, boolean anyShape, Tensor tensor) {
        return anyShape ? tensor.type() == declared.type() : declared.accepts(tensor);
    }

    private static RejectedInputException unknown(String model, Signature signature, Map<String, Value> inputs) {
        String names = inputs.keySet().stream()
                .filter(name -> signature.input(name).isEmpty())
                .limit(8)
                .map(Text::quote)
                .collect(Collectors.joining(", "));
        String expected = signature.inputs().stream()
                .limit(32)
                .map(spec -> Text.quote(spec.name()))
                .collect(Collectors.joining(", "));
        return rejected(model, "unknown input " + names + ", expected " + expected);
    }

    private static RejectedInputException rejected(String model, String why) {
        return new RejectedInputException("Cannot run model " + model + ": " + why);
    }

    private static String form(ValueSpec spec) {
        if (spec instanceof TensorSpec tensor) {
            return tensor.type().toString() + tensor.shape();
        }
        return spec.getClass().getSimpleName();
    }
}
