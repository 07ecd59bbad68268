package io.mlops4j.serving;

import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.serving.Batcher.IndivisibleException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches and settles their tickets, every one.
 *
 * <p>When a batch fails, one of its rows may be to blame: the halves are run by themselves, and their halves, until those
 * that fail are alone. After as many runs as it takes to find two culprits the rest is run one by one, so a batch of n
 * costs at most n + 4 · log₂ n + 1 runs.
 *
 * <p>Thread-safe.
 */
final class BatchRunner {
    private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

    private final String label;
    private final LoadedModel model;
    private final int maxRows;
    private final @Nullable RowForm form;
    private volatile boolean divisible = true;

    /**
     * Makes a runner.
     *
     * @param form the form of rows that go through a block; null if none do
     */
    BatchRunner(String label, LoadedModel model, int maxRows, @Nullable RowForm form) {
        this.label = label;
        this.model = model;
        this.maxRows = maxRows;
        this.form = form;
    }

    /** Whether answers could be taken apart so far. */
    boolean isDivisible() {
        return divisible;
    }

    /** Runs a batch; throws nothing, every member is settled afterwards. */
    void run(Batch batch) {
        try {
            long start = System.nanoTime();
            List<Ticket> members = Batch.waiting(batch.members());
            if (!members.isEmpty()) {
                Throwable failure = attempt(batch, members);
                if (failure == null) {
                    batch.took(System.nanoTime() - start);
                } else {
                    isolate(batch, members, failure, new int[] {4 * log2(members.size())});
                }
            }
        } catch (Throwable e) {
            batch.members().forEach(member -> member.fail(e)); // an Error: nobody may be left waiting
        }
    }

    private static int log2(int n) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(n);
    }

    /** Finds out whose fault it was. The members failed together, for the reason given. */
    private void isolate(Batch batch, List<Ticket> members, Throwable failure, int[] budget) {
        List<Ticket> waiting = Batch.waiting(members);
        if (batch.signal().stopped()) {
            waiting.forEach(member -> member.fail(member.ask().tooLate()));
            return;
        }
        if (waiting.size() <= 1) {
            waiting.forEach(member -> member.fail(failure));
            return;
        }
        int step = budget[0] > 0 ? (waiting.size() + 1) / 2 : 1;
        for (int from = 0; from < waiting.size(); from += step) {
            List<Ticket> group = waiting.subList(from, Math.min(waiting.size(), from + step));
            budget[0]--;
            Throwable again = attempt(batch, group);
            if (again != null) {
                isolate(batch, group, again, budget);
            }
        }
    }

    /** Runs tickets together and settles them if that goes well; else settles none and tells why not. */
    private @Nullable Throwable attempt(Batch batch, List<Ticket> members) {
        try {
            if (form != null && members.get(0).ask().key() == Ask.BLOCK) {
                runBlock(batch, members, form);
            } else if (members.size() == 1) {
                Ticket only = members.get(0);
                only.answer(answer(batch, only.ask()));
            } else {
                runMerged(batch, members);
            }
            return null;
        } catch (IndivisibleException e) {
            divisible = false;
            LOG.warn(
                    "Model {} gave a batch an answer that cannot be taken apart; it is not batched any more", label, e);
            return e;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private Map<String, Value> answer(Batch batch, Ask ask) {
        float[] row = ask.row();
        float[] room = ask.room();
        if (row != null && room != null) {
            model.rowScorer().orElseThrow().score(row, room);
            return Map.of();
        }
        return batch.signal().isPossible() ? model.run(ask.inputs(), batch.signal()) : model.run(ask.inputs());
    }

    private void runMerged(Batch batch, List<Ticket> members) throws IndivisibleException {
        List<Map<String, Value>> parts = new ArrayList<>(members.size());
        int[] rows = new int[members.size()];
        for (int i = 0; i < rows.length; i++) {
            parts.add(members.get(i).ask().inputs());
            rows[i] = members.get(i).ask().rows();
        }
        Map<String, Value> merged = Batcher.merge(parts);
        Map<String, Value> outputs =
                batch.signal().isPossible() ? model.run(merged, batch.signal()) : model.run(merged);
        List<Map<String, Value>> answers = Batcher.split(outputs, rows);
        for (int i = 0; i < rows.length; i++) {
            members.get(i).answer(answers.get(i));
        }
    }

    private void runBlock(Batch batch, List<Ticket> members, RowForm rowForm) {
        RowBlock block = block(batch);
        int at = 0;
        for (Ticket member : members) {
            Ask ask = member.ask();
            float[] row = ask.row();
            if (row != null) {
                block.rows().put(at * rowForm.features(), row);
            } else {
                Tensor tensor = (Tensor) ask.inputs().values().iterator().next();
                block.rows().put(at * rowForm.features(), tensor.data().asFloatBuffer(), 0, tensor.elementCount());
            }
            at += ask.rows();
        }
        block.score(at, batch.signal());
        answerFrom(block.answers(), members, rowForm);
    }

    private RowBlock block(Batch batch) {
        RowBlock block = batch.block();
        if (block == null) {
            block = model.rowBlock(maxRows).orElseThrow();
            batch.block(block);
        }
        return block;
    }

    private static void answerFrom(FloatBuffer answers, List<Ticket> members, RowForm rowForm) {
        TensorSpec output = rowForm.output();
        int width = rowForm.outputs();
        int at = 0;
        for (Ticket member : members) {
            Ask ask = member.ask();
            float[] room = ask.room();
            if (room != null) {
                answers.get(at * width, room, 0, width);
                member.answer(Map.of());
            } else {
                Shape shape = output.shape().with(0, ask.rows());
                member.answer(Map.of(output.name(), tensor(answers, at * width, ask.rows() * width, shape)));
            }
            at += ask.rows();
        }
    }

    private static Tensor tensor(FloatBuffer answers, int from, int count, Shape shape) {
        float[] values = new float[count];
        answers.get(from, values);
        return Tensor.ofFloats(values, shape.sizes());
    }
}
