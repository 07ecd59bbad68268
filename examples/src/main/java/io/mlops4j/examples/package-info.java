/** Programs that use the library the way an application would. */
@NullMarked
package io.mlops4j.examples;

import org.jspecify.annotations.NullMarked;
