package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in a model's queue, held by one request until it has its answer. It is settled once: by whoever runs it, by the
 * alarm when its time is over, or by the queue that turns it away; who comes second is told so.
 *
 * <p>Settling is thread-safe; the links belong to the queue.
 */
abstract class Ticket {
    private static final VarHandle SETTLED;

    static {
        try {
            SETTLED = MethodHandles.lookup().findVarHandle(Ticket.class, "settled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Ask ask;
    private volatile boolean settled;

    // Links and whereabouts: the queue's.
    @Nullable Ticket before;

    @Nullable Ticket after;

    FairQueue.@Nullable Tenant tenant;

    Ticket(Ask ask) {
        this.ask = ask;
    }

    Ask ask() {
        return ask;
    }

    boolean isSettled() {
        return settled;
    }

    /** Settles it with an answer; false if it was settled before. For a row, the answer is in its room already. */
    final boolean answer(Map<String, Value> outputs) {
        if (!SETTLED.compareAndSet(this, false, true)) {
            return false;
        }
        settled(outputs, null);
        return true;
    }

    /** Settles it with a failure; false if it was settled before. */
    final boolean fail(Throwable failure) {
        if (!SETTLED.compareAndSet(this, false, true)) {
            return false;
        }
        settled(Map.of(), failure);
        return true;
    }

    /** Called once, by who settled it. */
    abstract void settled(Map<String, Value> outputs, @Nullable Throwable failure);
}
