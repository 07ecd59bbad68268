package io.mlops4j.examples.ridership;

import io.mlops4j.drift.ReferenceProfile;
import io.mlops4j.model.Signature;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.tracking.Run;
import io.mlops4j.tribuo.OnnxExport;
import io.mlops4j.tribuo.OnnxParity;
import io.mlops4j.tribuo.TrackedTraining;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Trainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.xgboost.XGBoostRegressionTrainer;

/**
 * Trains boosted trees on days, and makes of them what is served: an ONNX file that is proven to predict what the trees
 * predict. The same days and seed give the same bytes.
 *
 * <p>Thread-safe.
 *
 * @param seed of the trainer
 */
record RideTrainer(long seed) {
    private static final String TARGET = "ridership";
    private static final int TREES = 100;
    private static final int DEPTH = 4;
    private static final double LEARNING_RATE = 0.1;

    /** Relative to the largest prediction: what sums of a hundred trees in {@code float} allow. */
    private static final double PARITY = 1e-5;

    /** Every eighth day is checked, so that all days of the week take their turn. */
    private static final int SAMPLED = 8;

    /** What training gave. Immutable, as long as nobody writes to the shared array. */
    static final class Trained {
        private final byte[] onnx;
        private final Signature signature;
        private final OnnxParity parity;

        private Trained(byte[] onnx, Signature signature, OnnxParity parity) {
            this.onnx = onnx;
            this.signature = signature;
            this.parity = parity;
        }

        /** The model as it is served; shared, not copied. */
        byte[] onnx() {
            return onnx;
        }

        /** Its input and output. */
        Signature signature() {
            return signature;
        }

        /** How far it is from the model that Tribuo trained. */
        OnnxParity parity() {
            return parity;
        }
    }

    /** Trains without leaving a trace. */
    Trained train(List<RideDay> days) {
        Dataset<Regressor> data = dataset(days);
        return export(trainer().train(data), data);
    }

    /** Trains in a run, which goes on afterwards. */
    Trained train(Run run, List<RideDay> days) {
        Dataset<Regressor> data = dataset(days);
        return export(TrackedTraining.of(trainer()).train(run, "rides", data).model(), data);
    }

    /** What the inputs looked like in training, so that drift can be told from it. */
    static ReferenceProfile profile(List<RideDay> days) {
        return ReferenceProfile.of(
                Features.WATCHED,
                days.stream().map(day -> Features.watched(Features.of(day))).toArray(float[][]::new));
    }

    private Trainer<Regressor> trainer() {
        return new XGBoostRegressionTrainer(
                XGBoostRegressionTrainer.RegressionType.LINEAR,
                TREES,
                LEARNING_RATE,
                0,
                DEPTH,
                1,
                1,
                1,
                1,
                0,
                1,
                true,
                seed);
    }

    private static Dataset<Regressor> dataset(List<RideDay> days) {
        var factory = new RegressionFactory();
        var data = new MutableDataset<>(new SimpleDataSourceProvenance("Chicago L", factory), factory);
        String[] names = Features.NAMES.toArray(String[]::new);
        for (RideDay day : days) {
            float[] row = Features.of(day);
            double[] values = new double[row.length];
            for (int i = 0; i < row.length; i++) {
                values[i] = row[i];
            }
            data.add(new ArrayExample<>(new Regressor(TARGET, day.ridership()), names, values));
        }
        return data;
    }

    /** All of them would take longer than the training. */
    private static List<Example<Regressor>> sample(Dataset<Regressor> data) {
        return IntStream.range(0, data.size())
                .filter(i -> i % SAMPLED == 0)
                .mapToObj(data::getExample)
                .toList();
    }

    private static Trained export(Model<Regressor> model, Dataset<Regressor> data) {
        OnnxExport export = OnnxExport.of(model);
        if (!export.features().equals(Features.NAMES)) {
            throw new IllegalStateException(
                    "The model takes " + export.features() + ", but rows are made of " + Features.NAMES);
        }
        OnnxParity parity = OnnxParity.check(model, export, OnnxRuntime.withDefaults(), sample(data), PARITY);
        return new Trained(export.toBytes(), export.signature(), parity);
    }
}
