/** Everything durable in a bucket of S3, and data read from one. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // S3 ends in a digit by nature
module io.mlops4j.registry.s3 {
    requires transitive io.mlops4j.core;
    requires transitive software.amazon.awssdk.auth;
    requires transitive software.amazon.awssdk.services.s3;
    requires software.amazon.awssdk.awscore;
    requires software.amazon.awssdk.core;
    requires software.amazon.awssdk.http;
    requires software.amazon.awssdk.http.apache5;
    requires software.amazon.awssdk.regions;
    requires software.amazon.awssdk.utils;
    requires static transitive org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.mlops4j.store.s3;
}
