/** Tracked training with Tribuo, ONNX export of its models, and a Tribuo runtime for serving. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.tribuo {
    requires transitive io.mlops4j.core;
    requires transitive io.mlops4j.serving;
    requires transitive org.tribuo.core;
    requires org.tribuo.classification.core;
    requires org.tribuo.regression.core;
    requires org.tribuo.common.tree;
    requires org.tribuo.regression.rtree;
    requires org.tribuo.math;
    requires org.tribuo.util.onnx;
    requires com.google.protobuf;
    requires com.oracle.labs.mlrg.olcut;
    requires com.oracle.labs.mlrg.olcut.config.protobuf;
    requires static org.tribuo.common.xgboost;
    requires static org.tribuo.common.sgd;
    requires static org.tribuo.classification.sgd;
    requires static org.tribuo.regression.sgd;
    requires static org.tribuo.common.liblinear;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j.tribuo;
}
