package io.mlops4j.serving.tabular;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import io.mlops4j.serving.LoadedModel;
import io.mlops4j.serving.tabular.Program.Scratch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/*
 * What "the same answer" means. The native runtime adds up in float. The sum of n floats in any order is off by at most
 * (n - 1) u S(1 + O(u)), where u = 2^-24 and S is the sum of the absolute terms [1]: that bounds how far a raw score
 * may be from ours. Two classes whose scores are nearer to each other than that may change places. A sigmoid or a softmax
 * moves by at most twice what its scores move, and the native one rounds near 1, where a float resolves 2^-23, to which its
 * complement is then no better. A relative 1e-5 is left for exponentials.
 *
 * A wrong branch, label, sign or transform moves an answer by far more, unless the leaves hardly differ; then it matters
 * no more than the rounding does.
 *
 * [1] N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, section 4.2.
 */
/**
 * Compares a program with a loaded model on made-up rows.
 *
 * <p>Confined to one thread at a time.
 */
final class Parity {
    private static final double RELATIVE = 1e-5;
    private static final double UNIT_ROUNDOFF = 0x1p-24;
    private static final double FLOAT_RESOLUTION = 4 * Math.ulp(1f);

    /** So many rows are asked alone as well: the native runtime takes another way then. */
    private static final int ALONE = 8;

    private final Program program;
    private final LoadedModel reference;
    private final Scratch scratch;
    private final double[] magnitudes;

    private Parity(Program program, LoadedModel reference) {
        this.program = program;
        this.reference = reference;
        this.scratch = new Scratch(program);
        this.magnitudes = new double[program.raw().outputs()];
    }

    /** What is different, or empty if nothing is. */
    static Optional<String> difference(Program program, LoadedModel reference) {
        var parity = new Parity(program, reference);
        float[] rows = Probes.rowsFor(program);
        int width = program.width();
        Optional<String> difference = parity.compare(rows);
        for (int i = 0; i < ALONE && difference.isEmpty(); i++) {
            difference = parity.compare(Arrays.copyOfRange(rows, i * width, (i + 1) * width));
        }
        return difference;
    }

    private Optional<String> compare(float[] rows) {
        int count = rows.length / program.width();
        Map<String, Value> answers =
                reference.run(Map.of(program.input(), Tensor.ofFloats(rows, count, program.width())));
        List<String> names = program.outputs().stream().map(Output::name).toList();
        if (!List.copyOf(answers.keySet()).equals(names)) {
            return Optional.of("outputs " + answers.keySet().size() + ", expected " + names.size());
        }
        for (Output output : program.outputs()) {
            Optional<String> difference = compare(output, requireNonNull(answers.get(output.name())), rows, count);
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private Optional<String> compare(Output output, Value answer, float[] rows, int count) {
        if (output instanceof Output.Labels labels) {
            return answer instanceof Tensor tensor && tensor.shape().rank() == 1
                    ? compareLabels(labels, Classes.read(tensor), rows, count)
                    : Optional.of("another kind of labels");
        }
        double[] values = new double[count * program.valueCount()];
        boolean isAlike =
                output instanceof Output.Maps maps ? read(maps.keys(), answer, values) : read(answer, values, count);
        return isAlike ? compareValues(values, rows, count) : Optional.of("another kind of values");
    }

    private boolean read(Value answer, double[] values, int rows) {
        if (answer instanceof Tensor tensor
                && Arrays.equals(tensor.shape().sizes(), new long[] {rows, program.valueCount()})) {
            System.arraycopy(tensor.doubles(), 0, values, 0, values.length);
            return true;
        }
        return false;
    }

    private boolean read(Classes keys, Value answer, double[] values) {
        if (!(answer instanceof SequenceValue sequence) || sequence.values().size() * keys.count() != values.length) {
            return false;
        }
        int i = 0;
        for (Value row : sequence.values()) {
            if (!(row instanceof MapValue map) || !map.entries().keySet().equals(Set.copyOf(keys.labels()))) {
                return false;
            }
            for (Object key : keys.labels()) {
                values[i++] = map.entries().get(key) instanceof Float value ? value : Double.NaN;
            }
        }
        return true;
    }

    private Optional<String> compareLabels(Output.Labels output, List<Object> seen, float[] rows, int count) {
        if (seen.size() != count) {
            return Optional.of("another number of labels");
        }
        for (int row = 0; row < count; row++) {
            int label = program.answer(rows, row * program.width(), scratch);
            int other = output.labels().labels().indexOf(seen.get(row));
            if (other != label && (other < 0 || !mayChangePlaces(rows, row, other))) {
                return Optional.of("the label of made-up row " + row);
            }
        }
        return Optional.empty();
    }

    private boolean mayChangePlaces(float[] rows, int row, int other) {
        double margin = program.decision().margin(scratch.scores, magnitudes.length, other);
        return !(margin > 2 * scoreError(rows, row));
    }

    private Optional<String> compareValues(double[] seen, float[] rows, int count) {
        int valueCount = program.valueCount();
        for (int row = 0; row < count; row++) {
            program.answer(rows, row * program.width(), scratch);
            for (int i = 0; i < valueCount; i++) {
                double ours = (float) scratch.values[i];
                double theirs = seen[row * valueCount + i];
                if (Double.compare(ours, theirs) != 0 && !(Math.abs(ours - theirs) <= allowed(ours, rows, row))) {
                    return Optional.of("value " + i + " of made-up row " + row + ", " + theirs + " and " + ours);
                }
            }
        }
        return Optional.empty();
    }

    private double allowed(double value, float[] rows, int row) {
        double error = scoreError(rows, row);
        boolean isRaw = program.transform() == Transform.NONE && program.after().isEmpty();
        return RELATIVE * Math.abs(value)
                + (isRaw ? error : FLOAT_RESOLUTION + 2 * error * Math.max(1, Math.abs(value)));
    }

    /** How far the native runtime's raw scores may be from the exact ones. */
    private double scoreError(float[] rows, int row) {
        if (program.before().isEmpty()) {
            program.raw().magnitudesOf(rows, row * program.width(), magnitudes);
        } else {
            program.prepare(rows, row * program.width(), scratch);
            program.raw().magnitudesOf(scratch.row, 0, magnitudes);
        }
        double greatest = Arrays.stream(magnitudes).max().orElse(0);
        return program.raw().terms() * UNIT_ROUNDOFF * greatest;
    }
}
