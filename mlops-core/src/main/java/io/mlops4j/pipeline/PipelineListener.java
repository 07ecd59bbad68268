package io.mlops4j.pipeline;

/**
 * Hears of every move of a run, after it is journaled, on the thread that runs the pipeline. It is not told again after
 * a crash; what must not be missed belongs into the {@link Promotion} or is read from {@link PromotionPipeline#runs()}.
 * An exception is logged and contained.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface PipelineListener {
    /**
     * Hears of a move.
     *
     * @param move from where to where, and which guard objected
     * @param run the run after it
     */
    void onMove(Transition<PipelineState> move, PipelineRun run);
}
