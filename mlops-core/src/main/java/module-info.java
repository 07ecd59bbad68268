/** Domain, seams and embedded defaults of mlops4j. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // the modules named in qualified exports are compiled after this one
module io.mlops4j.core {
    requires transitive micrometer.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.datatype.jdk8;
    requires com.fasterxml.jackson.datatype.jsr310;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j;
    exports io.mlops4j.care;
    exports io.mlops4j.dataset;
    exports io.mlops4j.card;
    exports io.mlops4j.gate;
    exports io.mlops4j.inference;
    exports io.mlops4j.internal to
            io.mlops4j.registry.s3,
            io.mlops4j.serving;
    exports io.mlops4j.internal.json to
            io.mlops4j.serving;
    exports io.mlops4j.model;
    exports io.mlops4j.pipeline;
    exports io.mlops4j.registry;
    exports io.mlops4j.registry.archive;
    exports io.mlops4j.signing;
    exports io.mlops4j.store;
    exports io.mlops4j.tracking;
    exports io.mlops4j.training;

    // Package-private records that are written as JSON.
    opens io.mlops4j.internal.json to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.pipeline to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.registry to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.registry.archive to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.signing to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.store to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.tracking to
            com.fasterxml.jackson.databind;
    opens io.mlops4j.training to
            com.fasterxml.jackson.databind;
}
