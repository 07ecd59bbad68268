package io.mlops4j.store.s3;

/** Whether requests that carry content also carry its CRC-32, for the server to check. */
enum Checksums {
    SENT,
    OMITTED
}
