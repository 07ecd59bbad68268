/** Reference profiles, drift detectors and monitors. */
@org.jspecify.annotations.NullMarked
module io.mlops4j.drift {
    requires transitive io.mlops4j.core;
    requires org.apache.commons.statistics.distribution;
    requires org.apache.commons.statistics.inference;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j.drift;
}
