/** Every claim of speed, measured beside a real rival in the same run. One class a question. */
@NullMarked
package io.mlops4j.benchmarks;

import org.jspecify.annotations.NullMarked;
