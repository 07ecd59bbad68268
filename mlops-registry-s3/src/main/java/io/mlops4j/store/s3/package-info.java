/**
 * {@link io.mlops4j.store.s3.S3ObjectStore Objects in a bucket}, of S3 or of a server that speaks its protocol, on
 * which registry, tracking, pipelines and queues run as they do on a directory; and
 * {@link io.mlops4j.store.s3.S3DataSource data read from a bucket}.
 *
 * <p>The one thing that is asked of the server is the conditional create ({@code If-None-Match: *}). Its trap is the
 * lost reply: a write that was repeated is told that the key is taken, by itself. So every object carries a mark of
 * its writer, and whoever is told that a key is taken looks whose it is. A server that ignores the condition would
 * lose data without a word; a store tries it when it is opened, and refuses such a server.
 */
@NullMarked
package io.mlops4j.store.s3;

import org.jspecify.annotations.NullMarked;
