package io.mlops4j.serving;

import io.mlops4j.model.ModelName;

/**
 * Does something before or after every call of a server: checks who asks, completes inputs, changes answers.
 *
 * <p>Interceptors are called in the order in which they were added before a call, and in the reverse order after it. What
 * one of them throws fails the call: a {@link io.mlops4j.MlopsException}, such as a
 * {@link io.mlops4j.RejectedInputException}, as it is, any other exception as an {@link InterceptorException}. The later
 * ones, and the model, are then not called. A row that is scored passes them as a request, and so does every step of an
 * ensemble that asks a model; there the version is chosen already.
 *
 * <p>Implementations must be thread-safe. They run on the caller's thread, but after a submitted request on a thread of
 * the server, where they must not take long.
 */
public interface Interceptor {
    /**
     * Called before a request is given to a version. The request's time-out begins afterwards.
     *
     * @param model who is asked
     * @param request the request, as the interceptors before left it
     * @return the request to go on with, by default the same
     */
    default Request before(ModelName model, Request request) {
        return request;
    }

    /**
     * Called after an answer, computed or kept; not after a failure. Listeners have heard of the answer as the model gave
     * it.
     *
     * @param model who was asked
     * @param request the request that {@link #before} returned
     * @param prediction the answer, as the interceptors behind left it
     * @return the answer to go on with, by default the same
     */
    default Prediction after(ModelName model, Request request, Prediction prediction) {
        return prediction;
    }
}
