package io.mlops4j.serving.rollout;

/**
 * The candidate takes every request once it is loaded and warmed. Nothing is compared.
 *
 * <p>Immutable.
 */
public record AllAtOnce() implements Rollout {
    @Override
    public Guardrails guardrails() {
        return Guardrails.none();
    }
}
