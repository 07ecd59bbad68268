package io.mlops4j.serving.tabular;

import static java.util.Objects.requireNonNull;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.InferenceException;
import io.mlops4j.serving.InputCheck;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.RowForm;
import io.mlops4j.serving.RowScorer;
import io.mlops4j.serving.StopSignal;
import io.mlops4j.serving.internal.SlotPool;
import io.mlops4j.serving.tabular.Program.Scratch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A program with a signature. Holds nothing but arrays, so closing it frees it only in name.
 *
 * <p>Thread-safe.
 */
final class CompiledModel implements LoadedModel {
    /** After so many rows it looks whether anybody waits still: what it costs is not seen beside them. A power of two. */
    private static final int ROWS_BETWEEN_LOOKS = 256;

    private final String label;
    private final Signature signature;
    private final Program program;
    private final @Nullable RowScorer scorer;
    private final SlotPool<Scratch> scratches = new SlotPool<>();
    private volatile boolean stopped;
    private volatile boolean closed;

    CompiledModel(String label, Signature signature, Program program) {
        this.label = label;
        this.signature = signature;
        this.program = program;
        this.scorer = RowForm.of(signature).map(form -> new Scorer()).orElse(null);
    }

    @Override
    public String runtime(String loadedBy) {
        return CompiledRuntime.NAME;
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs) {
        return run(inputs, StopSignal.never());
    }

    @Override
    public Map<String, Value> run(Map<String, Value> inputs, StopSignal signal) {
        if (closed) {
            throw new IllegalStateException("Model " + label + " is closed");
        }
        InputCheck.check(label, signature, inputs);
        return run((Tensor) requireNonNull(inputs.get(program.input())), signal);
    }

    private Map<String, Value> run(Tensor input, StopSignal signal) {
        int rows = (int) input.shape().size(0);
        int valueCount = program.valueCount();
        if ((long) rows * valueCount > Integer.MAX_VALUE - 8) {
            throw new RejectedInputException("Cannot run model " + label + ": " + rows + " rows of " + valueCount
                    + " values each do not fit into an answer, expected fewer rows");
        }
        float[] features = input.floats();
        int[] classes = new int[rows];
        float[] values = new float[rows * valueCount];
        Scratch scratch = take();
        try {
            for (int row = 0; row < rows; row++) {
                requireRunning();
                if ((row & (ROWS_BETWEEN_LOOKS - 1)) == ROWS_BETWEEN_LOOKS - 1) {
                    requireWanted(signal);
                }
                classes[row] = program.answer(features, row * program.width(), scratch);
                round(scratch.values, values, row * valueCount);
            }
        } finally {
            scratches.give(scratch);
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (Output output : program.outputs()) {
            outputs.put(output.name(), output.of(classes, values, valueCount));
        }
        return outputs;
    }

    private void requireRunning() {
        if (stopped) {
            throw new InferenceException("Cannot run model " + label + ": it was asked to stop", null);
        }
    }

    private void requireWanted(StopSignal signal) {
        if (signal.isPossible() && signal.stopped()) {
            throw new InferenceException("Cannot run model " + label + ": nobody waits for the answer any more", null);
        }
    }

    private static void round(double[] values, float[] out, int from) {
        for (int i = 0; i < values.length; i++) {
            out[from + i] = (float) values[i];
        }
    }

    private Scratch take() {
        @Nullable Scratch scratch = scratches.take();
        return scratch != null ? scratch : new Scratch(program);
    }

    @Override
    public Optional<RowScorer> rowScorer() {
        return Optional.ofNullable(scorer);
    }

    /** Each run stops before its next row. */
    @Override
    public void terminate() {
        stopped = true;
    }

    @Override
    public void close() {
        closed = true;
    }

    /** Thread-safe. */
    private final class Scorer implements RowScorer {
        private final boolean plain = program.isPlain();

        @Override
        public int features() {
            return program.width();
        }

        @Override
        public int outputs() {
            return program.valueCount();
        }

        @Override
        public void score(float[] row, float[] out) {
            if (row.length != program.width()) {
                throw new RejectedInputException("Cannot score a row by model " + label + ": it has " + row.length
                        + " values, expected " + program.width());
            }
            if (out.length < outputs()) {
                throw new IllegalArgumentException("Cannot score a row by model " + label + ": room for " + out.length
                        + " numbers, expected " + outputs());
            }
            requireRunning();
            if (plain) {
                out[0] = (float) program.raw().only(row, 0);
                return;
            }
            Scratch scratch = take();
            program.answer(row, 0, scratch);
            round(scratch.values, out, 0);
            scratches.give(scratch);
        }
    }
}
