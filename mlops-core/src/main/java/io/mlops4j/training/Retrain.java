package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PromotionPipeline;
import io.mlops4j.pipeline.PromotionRequest;
import java.util.function.Supplier;

/**
 * What a training that was decided leads to: usually a run of the model's pipeline.
 *
 * <p>It may be called again for the same request: after a crash, and while the run waits. So it must be idempotent by the
 * request's id, as {@link PromotionPipeline#run} is.
 *
 * <p>Implementations must be thread-safe.
 */
@FunctionalInterface
public interface Retrain {
    /**
     * Trains, judges, and promotes if that is deserved.
     *
     * @param request what and why
     * @return how it stands; it is called again on the next tick while it runs or waits
     */
    PipelineRun retrain(TrainingRequest request);

    /**
     * Runs a pipeline, with the request's id as the run's.
     *
     * @param pipeline the model's pipeline
     * @param commit the commit id of the code that trains, asked when a run begins; one that is
     *     unfinished goes on with the commit that it was begun for
     * @return the way to retrain
     */
    static Retrain through(PromotionPipeline pipeline, Supplier<String> commit) {
        requireNonNull(pipeline, "pipeline");
        requireNonNull(commit, "commit");
        return request -> {
            String id = pipeline.find(request.id())
                    .map(run -> run.request().commitId())
                    .orElseGet(commit);
            return pipeline.run(new PromotionRequest(request.id(), id, request.reason(), request.evidence()));
        };
    }
}
