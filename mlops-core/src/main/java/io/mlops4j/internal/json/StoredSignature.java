package io.mlops4j.internal.json;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A {@link Signature} as it is written down.
 *
 * <p>Immutable.
 *
 * @param inputs what the model takes; copied
 * @param outputs what it gives; copied
 */
public record StoredSignature(List<Spec> inputs, List<Spec> outputs) {
    /** Copies the lists. */
    public StoredSignature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * Writes a signature down.
     *
     * @param signature what a model takes and gives
     * @return the same as plain records
     */
    public static StoredSignature of(Signature signature) {
        return new StoredSignature(
                signature.inputs().stream().map(Spec::of).toList(),
                signature.outputs().stream().map(Spec::of).toList());
    }

    /**
     * Reads the signature back.
     *
     * @return the signature
     * @throws IllegalArgumentException if a part is missing or makes no sense
     */
    public Signature toSignature() {
        return new Signature(
                inputs.stream().map(Spec::toSpec).toList(),
                outputs.stream().map(Spec::toSpec).toList());
    }

    /** The names are a format. */
    public enum Kind {
        /** Has type and shape. */
        TENSOR,
        /** Has an element. */
        SEQUENCE,
        /** Has a key and a type. */
        MAP,
        /** Has an element. */
        OPTIONAL
    }

    /**
     * One input or output.
     *
     * @param name its name
     * @param kind which of the others there are
     * @param type of a tensor's elements or a map's values
     * @param shape of a tensor
     * @param key of a map
     * @param element of a sequence, or what is optional
     */
    public record Spec(
            String name,
            Kind kind,
            Optional<ElementType> type,
            Optional<List<Long>> shape,
            Optional<ElementType> key,
            Optional<Spec> element) {

        static Spec of(ValueSpec spec) {
            if (spec instanceof TensorSpec tensor) {
                List<Long> shape = LongStream.of(tensor.shape().sizes()).boxed().toList();
                return new Spec(
                        tensor.name(),
                        Kind.TENSOR,
                        Optional.of(tensor.type()),
                        Optional.of(shape),
                        Optional.empty(),
                        Optional.empty());
            }
            if (spec instanceof MapSpec map) {
                return new Spec(
                        map.name(),
                        Kind.MAP,
                        Optional.of(map.value()),
                        Optional.empty(),
                        Optional.of(map.key()),
                        Optional.empty());
            }
            if (spec instanceof OptionalSpec optional) {
                return around(Kind.OPTIONAL, optional.name(), optional.element());
            }
            var sequence = (SequenceSpec) spec;
            return around(Kind.SEQUENCE, sequence.name(), sequence.element());
        }

        private static Spec around(Kind kind, String name, ValueSpec element) {
            return new Spec(name, kind, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(of(element)));
        }

        ValueSpec toSpec() {
            return switch (kind) {
                case TENSOR ->
                    new TensorSpec(
                            name,
                            there("type", type),
                            Shape.of(there("shape", shape).stream()
                                    .mapToLong(Long::longValue)
                                    .toArray()));
                case SEQUENCE ->
                    new SequenceSpec(name, there("element", element).toSpec());
                case MAP -> new MapSpec(name, there("key", key), there("type", type));
                case OPTIONAL ->
                    new OptionalSpec(name, there("element", element).toSpec());
            };
        }

        private <T> T there(String what, Optional<T> part) {
            return part.orElseThrow(() -> new IllegalArgumentException("A " + kind + " lacks its " + what));
        }
    }
}
