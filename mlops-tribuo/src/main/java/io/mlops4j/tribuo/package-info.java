/** Tracked training with Tribuo, ONNX export of its models, and a Tribuo runtime for serving. */
@NullMarked
package io.mlops4j.tribuo;

import org.jspecify.annotations.NullMarked;
