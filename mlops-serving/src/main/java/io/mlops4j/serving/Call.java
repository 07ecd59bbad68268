package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the server: asked at a time, to be answered by one version, on which it holds a lease.
 *
 * <p>Immutable.
 *
 * @param served the version, leased until the call has its answer
 * @param request the question
 * @param start {@link System#nanoTime()} when it was asked
 * @param onRecall hears, before anybody has the answer, that a cache had it or a part of it
 */
record Call(Served served, Request request, long start, Runnable onRecall) {
    /** A call of which nobody asks whether its answer was computed. */
    Call(Served served, Request request, long start) {
        this(served, request, start, Call::tellNobody);
    }

    private static void tellNobody() {}

    Map<String, Value> inputs() {
        return request.inputs();
    }

    /** The same call, but for what is asked. */
    Call asking(Map<String, Value> others) {
        return new Call(served, request.asking(others), start, onRecall);
    }

    /** Whether there is a deadline; one in a century is none. */
    boolean isTimed() {
        return budget() < Long.MAX_VALUE / 2;
    }

    /** {@link System#nanoTime()} when its time will be over; counts only if there is a deadline. */
    long deadline() {
        return start + budget();
    }

    /** What is left until the deadline in nanoseconds, negative when it is over; enough for ever if there is none. */
    long left() {
        return isTimed() ? budget() - (System.nanoTime() - start) : Long.MAX_VALUE;
    }

    private long budget() {
        return request.timeout().map(TimeUnit.NANOSECONDS::convert).orElse(Long.MAX_VALUE);
    }

    DeadlineExceededException tooLate(@Nullable Throwable cause) {
        return new DeadlineExceededException(
                "Cannot answer a request to model " + served.version() + " within "
                        + request.timeout().orElseThrow() + ": it took longer",
                cause);
    }
}
