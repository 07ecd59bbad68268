package io.mlops4j.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.gate.Gate;
import io.mlops4j.model.ModelName;
import java.time.Clock;
import java.util.List;

/**
 * What a pipeline does in each state.
 *
 * <p>Immutable.
 */
record PipelinePlan(
        ModelName model,
        List<Gate> ci,
        Step build,
        List<Gate> staging,
        Inconclusive inconclusive,
        Approval approval,
        Promotion promotion,
        List<PipelineListener> listeners,
        Clock clock,
        MeterRegistry meters) {
    /** Whether a person must agree. */
    enum Approval {
        NOT_NEEDED,
        REQUIRED
    }

    List<Gate> gates(PipelineState stage) {
        return stage == PipelineState.CI_RUNNING ? ci : staging;
    }

    String idempotencyKey(String run, PipelineState state) {
        return model + "/" + run + "/" + state;
    }
}
