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
 * <p>Implementations must be thread-safe. What they throw is logged, and does not touch the call.
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

        /** The call is over: the caller's thread, or a thread of the server for a submitted one. */
        void stop();
    }

    /**
     * A call begins, on the caller's thread, before the interceptors are called.
     *
     * @param model who is asked
     * @return what hears the rest
     */
    Observed start(ModelName model);
}
