/** A service with many callers: batches, deadlines, tenants, kept answers, and a candidate on trial. */
@NullMarked
package io.mlops4j.examples.service;

import org.jspecify.annotations.NullMarked;
