/**
 * Runs ONNX models by ONNX Runtime, in this process. {@link io.mlops4j.serving.onnx.OnnxRuntime} loads a model from
 * exactly the bytes that were verified, lets it reach no file of its own accord, and gives it one thread unless told
 * otherwise ({@link io.mlops4j.serving.onnx.OnnxOptions}).
 *
 * <p>ONNX Runtime keeps one environment for the whole JVM. This package shares whichever exists and makes a default one
 * otherwise. A library that insists on making the environment with thread pools of its own (DJL does) must be started
 * before the first model is loaded here.
 */
@NullMarked
package io.mlops4j.serving.onnx;

import org.jspecify.annotations.NullMarked;
