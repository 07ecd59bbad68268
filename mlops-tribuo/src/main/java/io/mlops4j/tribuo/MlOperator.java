package io.mlops4j.tribuo;

import static java.util.stream.Collectors.toUnmodifiableMap;
import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.util.onnx.ONNXAttribute;
import org.tribuo.util.onnx.ONNXOperator;
import org.tribuo.util.onnx.ONNXOperators;

/**
 * An ONNX operator of one input and one output that Tribuo's own list lacks.
 *
 * <p>Immutable.
 */
final class MlOperator implements ONNXOperator {
    /** {@code e} to the power of each element. */
    static final MlOperator EXP = new MlOperator("Exp", null);

    private final String name;
    private final @Nullable String domain;
    private final Map<String, ONNXAttribute> attributes;
    private final Set<String> mandatory;

    MlOperator(String name, @Nullable String domain, ONNXAttribute... attributes) {
        this.name = name;
        this.domain = domain;
        this.attributes =
                List.of(attributes).stream().collect(toUnmodifiableMap(ONNXAttribute::getName, Function.identity()));
        this.mandatory = List.of(attributes).stream()
                .filter(ONNXAttribute::isMandatory)
                .map(ONNXAttribute::getName)
                .collect(toUnmodifiableSet());
    }

    @Override
    public String getOpName() {
        return name;
    }

    @Override
    public int getNumInputs() {
        return 1;
    }

    @Override
    public int getNumOptionalInputs() {
        return 0;
    }

    @Override
    public int getNumOutputs() {
        return 1;
    }

    @Override
    public Map<String, ONNXAttribute> getAttributes() {
        return attributes;
    }

    @Override
    public Set<String> getMandatoryAttributeNames() {
        return mandatory;
    }

    @Override
    public int getOpVersion() {
        return domain == null ? ONNXOperators.getOpsetVersion() : 1;
    }

    @Override
    public @Nullable String getOpDomain() {
        return domain;
    }
}
