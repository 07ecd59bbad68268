/**
 * Where everything durable lives. One small SPI, {@link io.mlops4j.store.ObjectStore}, creates objects that are never
 * overwritten; on it rest {@link io.mlops4j.store.BlobStore content-addressed blobs} and
 * {@link io.mlops4j.store.CommitLog hash-chained commit logs}. State is the fold of a log's events, so optimistic
 * concurrency, an audit trail and crash recovery come with it, on a directory and on a cloud bucket alike.
 */
@NullMarked
package io.mlops4j.store;

import org.jspecify.annotations.NullMarked;
