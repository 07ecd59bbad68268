/** Tracked training with Tribuo, ONNX export of its models, and a Tribuo runtime for serving. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.tribuo {
    requires transitive io.mlops4j.core;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
}
