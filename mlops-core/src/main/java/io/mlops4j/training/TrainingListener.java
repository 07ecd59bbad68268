package io.mlops4j.training;

import io.mlops4j.pipeline.PipelineRun;
import java.util.List;

/**
 * Hears of every tick of a {@link ContinuousTraining}, on the thread that ticked. An exception is logged and contained.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface TrainingListener {
    /**
     * Hears of a tick.
     *
     * @param decision to train or to hold, and why
     * @param runs what was worked on in this tick, as it stands now
     */
    void onTick(TrainingDecision decision, List<PipelineRun> runs);
}
