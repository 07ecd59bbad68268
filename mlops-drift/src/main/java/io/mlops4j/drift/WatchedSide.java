package io.mlops4j.drift;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One side of a model, watched against one profile: turns rows into cells and cells into verdicts.
 *
 * <p>Thread-safe.
 */
final class WatchedSide {
    private final ModelName model;
    private final Side side;
    private final ReferenceProfile profile;
    private final LiveWindow window;

    WatchedSide(ModelName model, Side side, ReferenceProfile profile, Window window) {
        this.model = model;
        this.side = side;
        this.profile = profile;
        this.window = window.over(profile);
    }

    ReferenceProfile profile() {
        return profile;
    }

    void record(float[] row) {
        int[] cells = new int[requireWidth(row.length)];
        for (int i = 0; i < row.length; i++) {
            cells[i] = profile.features().get(i).cells().of(row[i]);
        }
        window.record(cells);
    }

    void record(double[] row) {
        int[] cells = new int[requireWidth(row.length)];
        for (int i = 0; i < row.length; i++) {
            cells[i] = profile.features().get(i).cells().of(row[i]);
        }
        window.record(cells);
    }

    private int requireWidth(int width) {
        if (width != profile.features().size()) {
            throw rejected("a row of " + width + " values");
        }
        return width;
    }

    private RejectedInputException rejected(String seen) {
        return new RejectedInputException("Cannot record " + seen + " as " + side + " of model " + model + ": expected "
                + profile.features().size() + " values " + profile.names());
    }

    /** Takes one tensor a feature, by name, or else the one tensor that is as wide as the profile. */
    void record(Map<String, Value> values) {
        if (values.keySet().containsAll(profile.names())) {
            recordColumns(values);
        } else {
            recordMatrix(values);
        }
    }

    private void recordColumns(Map<String, Value> values) {
        List<Elements> columns = new ArrayList<>();
        int rows = -1;
        for (String name : profile.names()) {
            if (!(values.get(name) instanceof Tensor tensor) || (rows >= 0 && tensor.elementCount() != rows)) {
                throw rejected("columns of different lengths or without tensors");
            }
            rows = tensor.elementCount();
            columns.add(Elements.of(tensor));
        }
        for (int row = 0; row < rows; row++) {
            int[] cells = new int[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = columns.get(i).cell(profile.features().get(i).cells(), row);
            }
            window.record(cells);
        }
    }

    private void recordMatrix(Map<String, Value> values) {
        Tensor matrix = onlyMatrix(values).orElseThrow(() -> rejected(shapesOf(values)));
        Elements elements = Elements.of(matrix);
        int width = profile.features().size();
        for (int start = 0; start < matrix.elementCount(); start += width) {
            int[] cells = new int[width];
            for (int i = 0; i < width; i++) {
                cells[i] = elements.cell(profile.features().get(i).cells(), start + i);
            }
            window.record(cells);
        }
    }

    private Optional<Tensor> onlyMatrix(Map<String, Value> values) {
        List<Tensor> fitting = values.values().stream()
                .filter(Tensor.class::isInstance)
                .map(Tensor.class::cast)
                .filter(this::isAsWide)
                .toList();
        return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
    }

    private boolean isAsWide(Tensor tensor) {
        int rank = tensor.shape().rank();
        return rank >= 1 && tensor.shape().size(rank - 1) == profile.features().size();
    }

    private static String shapesOf(Map<String, Value> values) {
        List<String> shapes = values.values().stream()
                .map(value -> value instanceof Tensor tensor
                        ? tensor.type() + tensor.shape().toString()
                        : value.getClass().getSimpleName())
                .toList();
        return "an inference of " + shapes;
    }

    void requireJudged(List<Criterion> criteria) {
        for (FeatureProfile feature : profile.features()) {
            if (criteria.stream().noneMatch(criterion -> criterion.score().judges(feature.cells()))) {
                throw new IllegalArgumentException("Cannot watch " + side + " " + feature.name() + " of model " + model
                        + ": no criterion can judge its cells");
            }
        }
    }

    /** How many rows are judged; all features have the same number, unless rows raced the end of a block. */
    long rows() {
        return window.judged().get(0).total();
    }

    /** A verdict a feature, contributions not yet shared out. */
    List<FeatureDrift> judge(List<Criterion> criteria, double alpha, int leastRows) {
        List<CellCounts> live = window.judged();
        List<FeatureDrift> judged = new ArrayList<>();
        for (int i = 0; i < live.size(); i++) {
            FeatureProfile feature = profile.features().get(i);
            CellCounts counts = live.get(i);
            if (counts.total() < leastRows) {
                judged.add(new FeatureDrift(side, feature.name(), Verdict.TOO_FEW, List.of(), 0));
            } else {
                judged.add(judge(feature, counts, criteria, alpha));
            }
        }
        return judged;
    }

    private FeatureDrift judge(FeatureProfile feature, CellCounts live, List<Criterion> criteria, double alpha) {
        List<Measurement> measurements = criteria.stream()
                .filter(criterion -> criterion.score().judges(feature.cells()))
                .map(criterion -> criterion.measure(feature, live, alpha))
                .toList();
        boolean drifted = measurements.stream().anyMatch(measurement -> measurement.strength() > 1);
        Verdict verdict = drifted ? Verdict.DRIFT : Verdict.STABLE;
        return new FeatureDrift(side, feature.name(), verdict, measurements, 0);
    }

    void save(ByteWriter out) {
        out.putText(profile.digest().hex());
        window.save(out);
    }

    void restore(ByteReader in) {
        String digest = in.nextText();
        in.require(
                digest.equals(profile.digest().hex()),
                "it was saved against another " + side + " profile than " + profile.digest());
        window.restore(in);
    }
}
