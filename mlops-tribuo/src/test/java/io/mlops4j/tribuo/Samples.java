package io.mlops4j.tribuo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.datasource.ListDataSource;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/** Small data sets from a seed. */
final class Samples {
    static final int FEATURES = 5;

    private Samples() {}

    /** Smooth and stepped terms, so that trees of every depth have something to find. */
    static MutableDataset<Regressor> regression(long seed, int rows, String... dimensions) {
        var random = new Random(seed);
        List<Example<Regressor>> examples = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            double[] x = row(random);
            double[] y = new double[dimensions.length];
            for (int d = 0; d < y.length; d++) {
                y[d] = 3 + 10 * x[d % FEATURES] + (x[1] > 0.3 ? 25 : 0) * (d + 1) + random.nextGaussian();
            }
            examples.add(example(new Regressor(dimensions, y), x));
        }
        return dataset(examples, new RegressionFactory());
    }

    static MutableDataset<Label> classification(long seed, int rows, int labels) {
        var random = new Random(seed);
        List<Example<Label>> examples = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            double[] x = row(random);
            int label = (int)
                    Math.floorMod((long) Math.floor(x[0] + x[1] * x[2] + random.nextGaussian() * 0.2), (long) labels);
            // The first rows carry every label, so that no draw lacks one.
            examples.add(example(new Label("label-" + (char) ('c' - (i < labels ? i : label))), x));
        }
        return dataset(examples, new LabelFactory());
    }

    static <T extends Output<T>> MutableDataset<T> dataset(List<Example<T>> examples, OutputFactory<T> factory) {
        var provenance = new SimpleDataSourceProvenance("samples", factory);
        return new MutableDataset<>(new ListDataSource<>(examples, factory, provenance));
    }

    static <T extends Output<T>> ArrayExample<T> example(T output, double... x) {
        String[] names = new String[x.length];
        for (int i = 0; i < x.length; i++) {
            names[i] = "f" + i;
        }
        return new ArrayExample<>(output, names, x);
    }

    static <T extends Output<T>> ArrayExample<T> example(T output, float[] x) {
        double[] wide = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            wide[i] = x[i];
        }
        return example(output, wide);
    }

    private static double[] row(Random random) {
        double[] x = new double[FEATURES];
        for (int j = 0; j < FEATURES; j++) {
            // Some values repeat, some are integers: both make thresholds that values later hit.
            x[j] = j == 3 ? random.nextInt(7) - 3 : random.nextGaussian() * Math.pow(10, j - 2);
        }
        return x;
    }
}
