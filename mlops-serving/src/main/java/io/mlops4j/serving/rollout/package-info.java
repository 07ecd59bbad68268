/**
 * Bringing a new version into service step by step, judged by what it does there.
 *
 * <p>A {@link io.mlops4j.serving.rollout.Rollout} says how: all at once, canary, shadow, A/B or bandit. While it runs, both
 * versions are loaded, requests are shared out by key (the same on every replica), and what both do is compared by tests
 * that may be looked at after every observation: the probability of ever promoting a version that is worse by more than a
 * {@link io.mlops4j.serving.rollout.Guardrails guardrail's} margin is at most α. Everything that happens is an event in a
 * journal that all replicas share, so they act alike, decide once, and go on after a crash.
 */
@NullMarked
package io.mlops4j.serving.rollout;

import org.jspecify.annotations.NullMarked;
