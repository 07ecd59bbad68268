/** Model inference inside the JVM. */
@NullMarked
package io.mlops4j.serving;

import org.jspecify.annotations.NullMarked;
