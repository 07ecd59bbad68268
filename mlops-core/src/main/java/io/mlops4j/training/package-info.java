/**
 * When to train again: triggers watch for drift, new data, the calendar and a person's word; a budget scores them; a
 * durable queue holds what was decided until a pipeline has done it.
 */
@NullMarked
package io.mlops4j.training;

import org.jspecify.annotations.NullMarked;
