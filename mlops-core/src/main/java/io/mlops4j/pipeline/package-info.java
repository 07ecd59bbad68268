/**
 * How a change reaches production. {@link io.mlops4j.pipeline.StateMachine} is a checked table of states, guards and
 * entry actions; {@link io.mlops4j.pipeline.PromotionPipeline} is the one that takes a model from a trigger through its
 * gates to promotion, journaled in a commit log: kill it anywhere, open it again, and it goes on where it was.
 */
@NullMarked
package io.mlops4j.pipeline;

import org.jspecify.annotations.NullMarked;
