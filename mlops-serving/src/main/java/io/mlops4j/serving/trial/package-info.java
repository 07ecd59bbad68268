/**
 * How a rollout is judged and carried out: tests by betting, the journal that replicas share, and the run that turns the one
 * into the other. Knows nothing of slots and requests; the server tells it what happened.
 */
@NullMarked
package io.mlops4j.serving.trial;

import org.jspecify.annotations.NullMarked;
