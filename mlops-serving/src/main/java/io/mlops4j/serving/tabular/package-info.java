/**
 * Runs tabular models as plain Java: tree ensembles and linear models become flat arrays and loops, without a native
 * call. {@link io.mlops4j.serving.tabular.CompiledRuntime} reads the ONNX graph, compiles it if it consists of nothing
 * but known operators, and then lets ONNX Runtime answer the same made-up rows: only a model that answers alike is
 * served compiled. Everything else is left to ONNX Runtime, silently if its form is unknown, with a warning if the
 * answers differ.
 *
 * <p>Features are compared as the model's {@code float}s, so every row takes the branches that it takes elsewhere.
 * Scores are added up, and turned into probabilities, in {@code double}, and rounded to {@code float} once: a
 * small probability keeps its digits, which the complement {@code 1 - p} in {@code float} loses.
 */
@NullMarked
package io.mlops4j.serving.tabular;

import org.jspecify.annotations.NullMarked;
