/** Reference profiles, drift detectors and monitors. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.drift {
    requires transitive io.mlops4j.core;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;
}
