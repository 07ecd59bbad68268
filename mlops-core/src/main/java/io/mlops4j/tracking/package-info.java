/**
 * Runs: what was tried, with which parameters, on which data, and how well it did.
 *
 * <p>{@link io.mlops4j.tracking.Tracker} is the seam; {@link io.mlops4j.tracking.StoreTracker} is the embedded default,
 * a fold over commit logs in any {@link io.mlops4j.store.ObjectStore}. A {@link io.mlops4j.tracking.Run} is written to
 * while it goes on; a {@link io.mlops4j.tracking.RunRecord} is what is known of a run, and
 * {@link io.mlops4j.tracking.RunQuery} and {@link io.mlops4j.tracking.RunComparison} find and compare them.
 */
@NullMarked
package io.mlops4j.tracking;

import org.jspecify.annotations.NullMarked;
