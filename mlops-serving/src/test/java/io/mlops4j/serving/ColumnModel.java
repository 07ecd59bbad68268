package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import java.util.List;

/** A model of a column {@code x} that answers with a column {@code y}. */
interface ColumnModel extends LoadedModel {
    @Override
    default Signature signature() {
        return new Signature(
                List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 1)),
                List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC, 1)));
    }
}
