package io.mlops4j.serving;

import io.mlops4j.internal.Text;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.serving.Batchability.Verdict;
import io.mlops4j.serving.Batcher.IndivisibleException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/*
 * How influence is told from rounding. A kernel may add in another order for another number of rows, so a row's answer in
 * a batch may differ in its last bits from that of the row alone; a tolerance for that would also let a little influence
 * pass. But for one number of rows, at one place, the very same instructions work on a row whatever its mates are. So a
 * batch of nothing but copies of the row is the yardstick: beside other mates, at the same place of a batch of the same
 * size, every bit must be the same. Only copies and the row alone are compared with a tolerance.
 */
/**
 * Finds out at load whether the rows of a batch leave each other alone; see {@link Batchability}.
 *
 * <p>Confined to one thread at a time.
 */
final class BatchProbe {
    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final long ENOUGH_NANOS = 5_000_000_000L;
    private static final int MOST_ROWS = 64;
    private static final int RECORDED = 2;

    /** A batch of more bytes, its answer included, is not made up: it would need the heap twice over. */
    private static final long MOST_BYTES = 64L << 20;

    private static final int[] DYNAMIC_SIZES = {3, 1, 8, 2, 16};

    private final LoadedModel model;
    private final int maxRows;
    private final List<Map<String, Value>> recorded;
    private final Deadlines deadlines;
    private final StopSignal signal = new StopSignal();
    private final Random random = new Random(42);
    private boolean exact = true;

    /**
     * Makes a probe.
     *
     * @param maxRows the most rows of a batch
     * @param recorded requests that are known to make sense, for models that refuse made-up ones
     */
    BatchProbe(LoadedModel model, int maxRows, List<Map<String, Value>> recorded, Deadlines deadlines) {
        this.model = model;
        this.maxRows = maxRows;
        this.recorded = recorded;
        this.deadlines = deadlines;
    }

    private static final class InfluencedException extends Exception {
        private static final long serialVersionUID = 1L;

        InfluencedException(String message) {
            super(message);
        }
    }

    Batchability judge() {
        Optional<String> obstacle = obstacle(model.signature()).or(model::mixesRows);
        if (obstacle.isPresent()) {
            return Batchability.refused(obstacle.get());
        }
        Future<?> alarm = deadlines.stopAfter(LONGEST_NANOS, signal);
        try {
            return tryRows(rows());
        } catch (IndivisibleException | InfluencedException e) {
            return Batchability.refused(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return Batchability.refused(
                    signal.stopped()
                            ? "it could not be tried within a minute"
                            : "it failed to run several rows together: " + Text.quote(String.valueOf(e.getMessage())));
        } finally {
            alarm.cancel(false);
        }
    }

    /** What in a signature forbids to put rows together. */
    private static Optional<String> obstacle(Signature signature) {
        if (signature.inputs().isEmpty()) {
            return Optional.of("it has no inputs");
        }
        for (ValueSpec spec : signature.inputs()) {
            if (!(spec instanceof TensorSpec tensor) || !hasFreeRows(tensor)) {
                return Optional.of("the first dimension of input " + Text.quote(spec.name()) + " is not free");
            }
        }
        for (ValueSpec spec : signature.outputs()) {
            if (!(spec instanceof SequenceSpec)
                    && !(spec instanceof TensorSpec tensor && tensor.shape().rank() > 0)) {
                return Optional.of("output " + Text.quote(spec.name()) + " has no rows");
            }
        }
        return Optional.empty();
    }

    private static boolean hasFreeRows(TensorSpec tensor) {
        Shape shape = tensor.shape();
        return shape.rank() > 0 && shape.size(0) == Shape.DYNAMIC;
    }

    private List<Map<String, Value>> rows() {
        List<Map<String, Value>> rows = new ArrayList<>();
        for (Map<String, Value> request : recorded) {
            if (rows.size() < RECORDED && Rows.common(request) > 0) {
                rows.add(Batcher.rows(request, 0, 1));
            }
        }
        rows.addAll(madeUp());
        return rows;
    }

    private List<Map<String, Value>> madeUp() {
        for (int size : DYNAMIC_SIZES) {
            Map<String, Value> row = ProbeRow.USUAL.row(model.signature(), size, random);
            if (run(row) != null) {
                // In a row of 0 stands out what the mates bring along, such as the words of a small vocabulary.
                return List.of(
                        row,
                        ProbeRow.USUAL.row(model.signature(), size, random),
                        ProbeRow.ZERO.row(model.signature(), size, random));
            }
        }
        return List.of();
    }

    private Batchability tryRows(List<Map<String, Value>> rows) throws IndivisibleException, InfluencedException {
        if (rows.isEmpty()) {
            return Batchability.refused("it refused every made-up row, and no warm-up request gives one");
        }
        long start = System.nanoTime();
        boolean tried = false;
        for (int size : new TreeSet<>(List.of(2, Math.min(5, maxRows), Math.min(maxRows, MOST_ROWS)))) {
            for (Map<String, Value> row : rows) {
                if (size <= 5 || System.nanoTime() - start < ENOUGH_NANOS) {
                    tried |= tryRow(row, size);
                }
            }
        }
        if (!tried) {
            return Batchability.refused("it refused to run any row beside another one");
        }
        if (System.nanoTime() - start < ENOUGH_NANOS) {
            runFull(rows.get(0));
        }
        return exact
                ? new Batchability(Verdict.EXACT, "rows do not influence each other")
                : new Batchability(Verdict.CLOSE, "rows do not influence each other but for the order of additions");
    }

    /** Lets the model take now what memory it needs for the largest batch. */
    private void runFull(Map<String, Value> row) {
        if (maxRows <= MOST_ROWS) {
            return;
        }
        Map<String, Value> answer = run(row);
        if (answer != null && Rows.bytes(row) + Rows.bytes(answer) <= MOST_BYTES / maxRows) {
            run(Batcher.merge(Collections.nCopies(maxRows, row)));
        }
    }

    /** Tries a row in batches of a size; false if the model ran none of them. */
    private boolean tryRow(Map<String, Value> row, int size) throws IndivisibleException, InfluencedException {
        Map<String, Value> alone = run(row);
        List<Map<String, Value>> copies = runApart(Collections.nCopies(size, row));
        if (alone == null || copies == null) {
            return false;
        }
        Map<String, Value> again = run(row);
        if (!alone.equals(again)) {
            throw new InfluencedException("it does not give the same answer to the same row twice");
        }
        for (Map<String, Value> copy : copies) {
            requireClose(alone, copy, size);
        }
        boolean tried = false;
        for (ProbeRow mate : ProbeRow.values()) {
            tried |= tryMate(row, mate, size, copies);
        }
        return tried;
    }

    private boolean tryMate(Map<String, Value> row, ProbeRow mate, int size, List<Map<String, Value>> copies)
            throws IndivisibleException, InfluencedException {
        boolean tried = false;
        // In a batch of two the row is first, then last; in others it is first, last and in the middle of one.
        for (int round = 0; round < (size == 2 ? 2 : 1); round++) {
            List<Map<String, Value>> parts = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                parts.add(isPlace(i, size, round) ? row : mate.like(row, random));
            }
            List<Map<String, Value>> answers = runApart(parts);
            tried |= answers != null;
            for (int i = 0; answers != null && i < size; i++) {
                if (isPlace(i, size, round) && !answers.get(i).equals(copies.get(i))) {
                    throw new InfluencedException("a row's answer depends on its mates: row " + i + " of " + size
                            + " changed beside rows of kind " + mate);
                }
            }
        }
        return tried;
    }

    private static boolean isPlace(int index, int size, int round) {
        return size == 2 ? index == round : index == 0 || index == size / 2 || index == size - 1;
    }

    private @Nullable Map<String, Value> run(Map<String, Value> inputs) {
        try {
            return model.run(inputs, signal);
        } catch (RuntimeException e) {
            if (signal.stopped()) {
                throw e;
            }
            return null; // it may refuse what it cannot make sense of
        }
    }

    private @Nullable List<Map<String, Value>> runApart(List<Map<String, Value>> parts) throws IndivisibleException {
        Map<String, Value> outputs = run(Batcher.merge(parts));
        int[] rows = new int[parts.size()];
        Arrays.fill(rows, 1);
        return outputs == null ? null : Batcher.split(outputs, rows);
    }

    private void requireClose(Map<String, Value> alone, Map<String, Value> copy, int size) throws InfluencedException {
        if (alone.equals(copy)) {
            return;
        }
        exact = false;
        for (Map.Entry<String, Value> output : alone.entrySet()) {
            Value other = copy.get(output.getKey());
            boolean close = other != null && isClose(output.getValue(), other);
            if (!close) {
                throw new InfluencedException("output " + Text.quote(output.getKey()) + " of a row among " + size
                        + " copies of itself differs from that of the row alone");
            }
        }
    }

    private static boolean isClose(Value a, Value b) {
        if (a instanceof Tensor one && b instanceof Tensor other) {
            boolean comparable = one.type().isFloat() && other.type() == one.type();
            return (comparable && one.shape().equals(other.shape()))
                    ? isClose(one.doubles(), other.doubles(), tolerance(one.type()))
                    : a.equals(b);
        }
        if (a instanceof SequenceValue one && b instanceof SequenceValue other) {
            boolean close = one.values().size() == other.values().size();
            for (int i = 0; close && i < one.values().size(); i++) {
                close = isClose(one.values().get(i), other.values().get(i));
            }
            return close;
        }
        if (a instanceof MapValue one && b instanceof MapValue other) {
            return one.entries().keySet().equals(other.entries().keySet())
                    && isClose(numbers(one), numbers(other), tolerance(ElementType.FLOAT32));
        }
        return a.equals(b);
    }

    private static double[] numbers(MapValue map) {
        return map.entries().values().stream()
                .mapToDouble(value -> value instanceof Number number ? number.doubleValue() : value.hashCode())
                .toArray();
    }

    private static boolean isClose(double[] as, double[] bs, double tolerance) {
        double largest = 0;
        for (double value : as) {
            largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        for (int i = 0; i < as.length; i++) {
            if (Double.compare(as[i], bs[i]) != 0 && !(Math.abs(as[i] - bs[i]) <= largest * tolerance)) {
                return false;
            }
        }
        return true;
    }

    private static double tolerance(ElementType type) {
        return switch (type) {
            case FLOAT16 -> 0x1p-8;
            case BFLOAT16 -> 0x1p-5;
            default -> 0x1p-13;
        };
    }
}
