/**
 * Tribuo in the model lifecycle: train tracked, export to ONNX, or serve as it is.
 *
 * <ul>
 *   <li>{@link io.mlops4j.tribuo.TrackedTraining} trains with any Tribuo trainer and writes parameters, data digests, metrics and
 *       provenance to a run.
 *   <li>{@link io.mlops4j.tribuo.OnnxExport} turns a model into ONNX, trees, forests and XGBoost included;
 *       {@link io.mlops4j.tribuo.OnnxParity} proves on data that the export predicts what the model predicts.
 *   <li>{@link io.mlops4j.tribuo.TribuoRuntime} serves a model from its protobuf form, behind a closed list of classes.
 * </ul>
 *
 * <p>Classifiers of {@code Label}s and regressors of {@code Regressor}s; other outputs are refused by name. The Tribuo
 * libraries for XGBoost, SGD and LibLinear are optional: an application brings those it trains with. XGBoost's
 * jar has no usable module name, so on the module path it stays on the class path, where Tribuo's own modules find it.
 */
@NullMarked
package io.mlops4j.tribuo;

import org.jspecify.annotations.NullMarked;
