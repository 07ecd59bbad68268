/** Texts to vectors, and search by meaning, inside the application: no server beside it, no network. */
@NullMarked
package io.mlops4j.examples.embedding;

import org.jspecify.annotations.NullMarked;
