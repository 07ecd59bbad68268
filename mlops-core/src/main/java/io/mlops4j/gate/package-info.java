/**
 * Judging a candidate before it may serve: a {@link io.mlops4j.gate.Gate} looks at one
 * {@link io.mlops4j.gate.GateContext} and answers with a {@link io.mlops4j.gate.Verdict}: pass, fail, or inconclusive
 * with the number of samples that it still needs. Whatever it measured travels with the verdict as
 * {@link io.mlops4j.gate.Evidence}.
 */
@NullMarked
package io.mlops4j.gate;

import org.jspecify.annotations.NullMarked;
