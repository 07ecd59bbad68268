package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.model.VersionId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row on the way of a request. Who scores a row names neither input nor output, so it may be answered by any version whose
 * row has as many numbers, and whose answer has: the one that served when it was asked, a candidate, or what a swap has
 * brought meanwhile.
 *
 * <p>Immutable.
 *
 * @param form of the version that served when the row was asked
 */
record RowWording(RowForm form) implements Wording {
    /** Null if the version takes no such row, or its answer has no room. */
    static @Nullable RowWording of(Served served, float[] row, float @Nullable [] room) {
        return served.form()
                .filter(form -> row.length == form.features() && (room == null || room.length >= form.outputs()))
                .map(RowWording::new)
                .orElse(null);
    }

    Request request(float[] row) {
        return Request.of(
                Map.of(form.input().name(), Tensor.ofFloats(row, form.inputRow().sizes())));
    }

    /** What an interceptor has changed beyond recognition is left as it is, for the version to refuse. */
    @Override
    public Map<String, Value> inputs(Served served, Map<String, Value> asked) {
        RowForm own = fitting(served);
        Value row = asked.get(form.input().name());
        return row == null || asked.size() > 1 ? asked : Map.of(own.input().name(), row);
    }

    @Override
    public Map<String, Value> outputs(Served served, Map<String, Value> answered) {
        String own = fitting(served).output().name();
        Tensor numbers = numbers(served.version(), own, answered);
        if (own.equals(form.output().name())) {
            return answered;
        }
        var renamed = new LinkedHashMap<>(answered);
        renamed.remove(own);
        renamed.put(form.output().name(), numbers);
        return renamed;
    }

    private RowForm fitting(Served served) {
        RowForm own = served.form().orElse(null);
        if (own == null || own.features() != form.features() || own.outputs() != form.outputs()) {
            throw new InferenceException(
                    "Cannot score a row by model " + served.version() + ": it "
                            + (own == null ? "scores no rows" : "gives " + own.outputs() + " for " + own.features())
                            + ", expected " + form.outputs() + " numbers for " + form.features()
                            + " as what served when the row was asked",
                    null);
        }
        return own;
    }

    /**
     * The numbers of an answer, in a new array or in what there is room for them.
     *
     * @throws InferenceException if an interceptor has made it an answer to something else
     */
    float[] read(Prediction prediction, float @Nullable [] room) {
        float[] answer = numbers(prediction.version(), form.output().name(), prediction.outputs())
                .floats();
        float[] out = room == null ? new float[form.outputs()] : room;
        System.arraycopy(answer, 0, out, 0, form.outputs());
        return out;
    }

    private Tensor numbers(VersionId version, String name, Map<String, Value> outputs) {
        Value value = outputs.get(name);
        if (value instanceof Tensor answer
                && answer.type() == ElementType.FLOAT32
                && answer.elementCount() == form.outputs()) {
            return answer;
        }
        String given = value instanceof Tensor other
                ? other.type() + " " + other.shape()
                : "none of outputs " + quoted(outputs);
        throw new InferenceException(
                "Cannot score a row by model " + version + ": the answer's " + Text.quote(name) + " is " + given
                        + ", expected " + form.outputs() + " numbers of FLOAT32",
                null);
    }

    private static List<String> quoted(Map<String, Value> outputs) {
        return outputs.keySet().stream().map(Text::quote).toList();
    }
}
