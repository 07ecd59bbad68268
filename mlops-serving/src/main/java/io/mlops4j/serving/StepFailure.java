package io.mlops4j.serving;

import io.mlops4j.MlopsException;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;

/** Says of a failure in which step of an ensemble it came; its type is kept, as callers act by it. */
final class StepFailure {
    private StepFailure() {}

    static RuntimeException of(Ensemble ensemble, Step step, RuntimeException e) {
        String where = "Cannot answer ensemble " + ensemble.name() + ": step " + step.name() + " failed: ";
        String message = where + e.getMessage();
        if (e instanceof RejectedInputException) {
            return new RejectedInputException(message, e);
        }
        if (e instanceof InferenceException) {
            return new InferenceException(message, e);
        }
        if (e instanceof DeadlineExceededException) {
            return new DeadlineExceededException(message, e);
        }
        if (e instanceof InterceptorException) {
            return new InterceptorException(message, e);
        }
        if (e instanceof OverloadedException overloaded) {
            var named = new OverloadedException(message, overloaded.retryAfter());
            named.addSuppressed(e);
            return named;
        }
        return e instanceof MlopsException ? e : new InferenceException(where + Text.quote(e.toString()), e);
    }
}
