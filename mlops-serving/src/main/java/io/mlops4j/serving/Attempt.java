package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Value;
import io.mlops4j.serving.trial.Answer;
import io.mlops4j.serving.trial.Place;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One version that is asked by way of a rollout, and the place that this has in the order of asking. What is told first of it
 * counts.
 *
 * <p>Thread-safe.
 *
 * @param asked the request that it is for
 * @param served the version
 * @param place its place, if it was chosen by chance
 * @param waited the nanoseconds that went by before the version could be asked
 * @param recalled whether a cache had the answer, or a part of it
 * @param told whether it was told what came of it
 */
record Attempt(Contested asked, Served served, Place place, long waited, AtomicBoolean recalled, AtomicBoolean told)
        implements Flow.Witness {
    Call call() {
        return new Call(served, asked.request(), asked.start(), () -> recalled.set(true));
    }

    @Override
    public void answered(long nanos, Map<String, Value> outputs) {
        tell(recalled.get() ? Answer.recalled(outputs) : Answer.of(nanos - waited, outputs));
    }

    /** It failed. A bad request or a full queue says nothing of the version. */
    void failed(Throwable e) {
        if (Contest.isItsFault(e)) {
            tell(Answer.failed());
        } else {
            place.leave();
        }
    }

    private void tell(Answer answer) {
        if (told.compareAndSet(false, true)) {
            place.ended(answer);
            asked.contest().copy(asked, served, answer);
        }
    }

    /** It failed, and the other version is about to be asked. What a candidate alone refuses is its failure, so that waits. */
    void failedUnlessRefused(Throwable e) {
        if (!(e instanceof RejectedInputException)) {
            failed(e);
        }
    }

    /** The other version has answered, so if this one has refused the request, that was its failure. */
    void refusedAlone() {
        place.ended(Answer.failed());
    }
}
