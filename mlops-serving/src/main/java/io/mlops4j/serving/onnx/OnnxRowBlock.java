package io.mlops4j.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.serving.RowBlock;
import io.mlops4j.serving.RowForm;
import io.mlops4j.serving.StopSignal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores some rows over direct memory that stands ready. The tensors of each number of rows are made when it first comes
 * and kept: batches come in few sizes.
 *
 * <p>Confined to one thread at a time.
 */
final class OnnxRowBlock implements RowBlock {
    /** Tensors of more rows than this are made anew for each run, which costs them little. */
    private static final int MOST_KEPT = 256;

    /** Runs the model over pinned tensors. */
    interface Run {
        void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs, StopSignal signal);
    }

    private record Tensors(OnnxTensor input, OnnxTensor output) {
        void close() {
            input.close();
            output.close();
        }
    }

    private final OnnxFailures failures;
    private final OrtEnvironment environment;
    private final RowForm form;
    private final Run run;
    private final int capacity;
    private final ByteBuffer rows;
    private final ByteBuffer answers;
    private final FloatBuffer rowNumbers;
    private final FloatBuffer answerNumbers;
    private final @Nullable Tensors[] kept;

    OnnxRowBlock(OnnxFailures failures, OrtEnvironment environment, RowForm form, int capacity, Run run) {
        this.failures = failures;
        this.environment = environment;
        this.form = form;
        this.run = run;
        this.capacity = capacity;
        this.rows = direct(capacity, form.features());
        this.answers = direct(capacity, form.outputs());
        this.rowNumbers = rows.asFloatBuffer();
        this.answerNumbers = answers.asFloatBuffer();
        this.kept = new Tensors[Math.min(capacity, MOST_KEPT) + 1];
    }

    /** How many bytes a block takes. */
    static long bytes(RowForm form, int capacity) {
        return (long) Float.BYTES * capacity * ((long) form.features() + form.outputs());
    }

    private static ByteBuffer direct(int capacity, int width) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(Math.multiplyExact(capacity, width), Float.BYTES))
                .order(ByteOrder.nativeOrder());
    }

    @Override
    public FloatBuffer rows() {
        return rowNumbers;
    }

    @Override
    public FloatBuffer answers() {
        return answerNumbers;
    }

    @Override
    public void score(int count, StopSignal signal) {
        if (count < 1 || count > capacity) {
            throw new IllegalArgumentException("Cannot score " + count + " rows: expected 1 to " + capacity);
        }
        try {
            if (count < kept.length) {
                score(kept(count), signal);
            } else {
                Tensors made = tensors(count);
                try {
                    score(made, signal);
                } finally {
                    made.close();
                }
            }
        } catch (OrtException e) {
            throw failures.ofRun(e);
        }
    }

    private void score(Tensors tensors, StopSignal signal) {
        run.run(
                Map.of(form.input().name(), tensors.input()),
                Map.of(form.output().name(), tensors.output()),
                signal);
    }

    private Tensors kept(int count) throws OrtException {
        Tensors tensors = kept[count];
        if (tensors == null) {
            tensors = tensors(count);
            kept[count] = tensors;
        }
        return tensors;
    }

    private Tensors tensors(int count) throws OrtException {
        OnnxTensor input = OnnxTensor.createTensor(
                environment,
                rows.slice(0, count * form.features() * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer(),
                form.input().shape().with(0, count).sizes());
        try {
            return new Tensors(
                    input,
                    OnnxTensor.createTensor(
                            environment,
                            answers.slice(0, count * form.outputs() * Float.BYTES)
                                    .order(ByteOrder.nativeOrder())
                                    .asFloatBuffer(),
                            form.output().shape().with(0, count).sizes()));
        } catch (OrtException | RuntimeException e) {
            input.close();
            throw e;
        }
    }

    @Override
    public void close() {
        for (Tensors tensors : kept) {
            if (tensors != null) {
                tensors.close();
            }
        }
    }
}
