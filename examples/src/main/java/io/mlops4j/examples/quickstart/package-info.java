/** The README's example, compiled and run. */
@NullMarked
package io.mlops4j.examples.quickstart;

import org.jspecify.annotations.NullMarked;
