package io.mlops4j.serving;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model that is its scorer: one row a run. */
record ScoredModel(RowScorer scorer) implements LoadedModel {
    @Override
    public Signature signature() {
        return new Signature(
                List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, scorer.features())),
                List.of(TensorSpec.of("y", ElementType.FLOAT32, Shape.DYNAMIC, scorer.outputs())));
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        float[] row = ((Tensor) inputs.values().iterator().next()).floats();
        float[] out = new float[scorer.outputs()];
        scorer.score(row, out);
        return Map.of("y", Tensor.ofFloats(out, 1, out.length));
    }

    @Override
    public Optional<RowScorer> rowScorer() {
        return Optional.of(scorer);
    }

    @Override
    public void close() {}
}
