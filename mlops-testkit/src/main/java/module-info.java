/** Contract tests for adapters, fakes and a manual clock. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.testkit {
    requires transitive io.mlops4j.core;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j.testkit;
}
