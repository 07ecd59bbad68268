package io.mlops4j.serving;

import io.mlops4j.model.ModelName;

/**
 * Does something before or after every call of a server: checks who asks, completes inputs, changes answers.
 *
 * <p>Interceptors are called in the order in which they were added before a call, and in the reverse order after it. What
 * one of them throws fails the call: a {@link io.mlops4j.MlopsException}, such as a
 * {@link io.mlops4j.RejectedInputException}, as it is, any other exception, and null, as an {@link InterceptorException}. The
 * later ones, and the model, are then not called. If the request was submitted, that fails the stage. An {@link Error} goes
 * through as it is; from {@link #before} of a submitted request it is thrown at once. A row that is scored passes them as a request, and so does every step of an
 * ensemble that asks a model; there the version is chosen already.
 *
 * <p>Implementations must be thread-safe, and must not block. They run on the caller's thread, with two exceptions. After a
 * submitted request {@link #after} runs on a thread of the server, which may be one of those that run the model: as long as
 * it takes, they answer nobody else; only if the answer was kept it may be the caller's. And in a submitted ensemble
 * {@link #before} runs on the thread on which the last of the step's inputs came, which is the caller's or the server's. A
 * swap that is called by an interceptor on a thread of the server, or in an ensemble, does not wait for the old version to be
 * freed.
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
