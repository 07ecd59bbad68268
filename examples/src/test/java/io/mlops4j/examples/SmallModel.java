package io.mlops4j.examples;

import io.mlops4j.tribuo.OnnxExport;
import org.tribuo.MutableDataset;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.rtree.CARTRegressionTrainer;

/** A model to try things with. */
public final class SmallModel {
    private SmallModel() {}

    /** A regression tree of two features, trained on the difference of the two, as ONNX. */
    public static byte[] train(float[]... rows) {
        var factory = new RegressionFactory();
        var data = new MutableDataset<>(new SimpleDataSourceProvenance("test", factory), factory);
        for (float[] row : rows) {
            data.add(new ArrayExample<>(
                    new Regressor("rides", row[0] - row[1]),
                    new String[] {"temperature", "wind"},
                    new double[] {row[0], row[1]}));
        }
        return OnnxExport.of(new CARTRegressionTrainer().train(data)).toBytes();
    }
}
