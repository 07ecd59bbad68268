package io.mlops4j.serving;

import io.mlops4j.model.ModelName;

/**
 * Hears when a call begins and ends, for traces: a bridge to Micrometer's Observation or to OpenTelemetry is some twenty
 * lines.
 *
 * <pre>{@code
 * ModelServer.builder().tracedBy(model -> {
 *     Span span = tracer.nextSpan().name("predict " + model).start();
 *     return new CallObserver.Observed() {
 *         public void keyValue(String key, String value) { span.tag(key, value); }
 *         public void error(Throwable cause) { span.error(cause); }
 *         public void stop() { span.end(); }
 *     };
 * });
 * }</pre>
 *
 * <p>Implementations must be thread-safe, and must not block: every call waits for them, and when a submitted one ends so
 * does a thread of the server, which may be one of those that run the model. What they throw is logged, and does not touch the
 * call: any exception, and of errors an {@link AssertionError}, {@link LinkageError} or {@link StackOverflowError}. One whose {@link #start}
 * throws, or gives null, hears no more of that call. Each step of an ensemble that asks a model is a call.
 */
@FunctionalInterface
public interface CallObserver {
    /** Key of the model's name. */
    String MODEL = "mlops.model";

    /** Key of the number of the version that answered; only if there was an answer. */
    String VERSION = "mlops.version";

    /** Key of how the call ended: {@code ok}, {@code rejected}, {@code overloaded}, {@code late} or {@code failed}. */
    String OUTCOME = "mlops.outcome";

    /** One call. Its methods are called by one thread at a time: {@link #stop} last, and once. */
    interface Observed {
        /**
         * Something about the call. All values are of few kinds: fit for labels.
         *
         * @param key one of {@link #MODEL}, {@link #VERSION}, {@link #OUTCOME}; later releases may add some
         * @param value text; a model's name is checked
         */
        void keyValue(String key, String value);

        /**
         * The call failed.
         *
         * @param cause what its caller sees; its message may hold text from outside
         */
        void error(Throwable cause);

        /**
         * The call is over. This, and what comes before it but the {@link #MODEL}, is called on the caller's thread; of a
         * submitted call on a thread of the server, or on the caller's if it ended at once.
         */
        void stop();
    }

    /**
     * A call begins: on the caller's thread, or that on which the inputs of a submitted ensemble's step came; before the
     * interceptors are called.
     *
     * @param model who is asked
     * @return what hears the rest
     */
    Observed start(ModelName model);
}
