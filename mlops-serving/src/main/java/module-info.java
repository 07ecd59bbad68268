/** Model inference inside the JVM. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.serving {
    requires transitive io.mlops4j.core;
    requires com.github.benmanes.caffeine;
    requires com.microsoft.onnxruntime;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j.serving;
    exports io.mlops4j.serving.onnx;
    exports io.mlops4j.serving.rollout;
    exports io.mlops4j.serving.tabular;

    // Package-private records that are written as JSON.
    opens io.mlops4j.serving to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.serving.trial to
            com.fasterxml.jackson.databind;
}
