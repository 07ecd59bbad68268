package io.mlops4j.inference;

/**
 * Hears when the truth about an inference has become known. Called on the thread that reported the outcome, outside all
 * locks. An exception is logged and contained.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface JoinListener {
    /**
     * Hears of a joined pair; once for each inference.
     *
     * @param inference what was answered
     * @param outcome what really happened
     */
    void onJoined(Inference inference, Outcome outcome);
}
