package io.mlops4j.serving;

import io.mlops4j.model.Value;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket asks for: a request's inputs, or one row with room for its answer; and how it is to be treated.
 *
 * <p>Immutable, but for the room.
 */
final class Ask {
    /** The rows that go through a block of memory; they have all one shape. */
    static final Object BLOCK = new Object();

    private final Map<String, Value> inputs;
    private final float @Nullable [] row;
    private final float @Nullable [] room;
    private final int rows;
    private final long bytes;
    private final @Nullable Object key;
    private final Priority priority;
    private final String tenant;
    private final @Nullable Call call;
    private final long since;
    private final long deadline;

    private Ask(
            Map<String, Value> inputs,
            float @Nullable [] row,
            float @Nullable [] room,
            Rows form,
            Request request,
            @Nullable Call call) {
        this.inputs = inputs;
        this.row = row;
        this.room = room;
        this.rows = form.count();
        this.bytes = form.bytes();
        this.key = form.key();
        this.priority = request.priority();
        this.tenant = request.tenant();
        this.call = call;
        this.since = System.nanoTime();
        this.deadline = call == null ? 0 : call.deadline();
    }

    /** Asks for the answer to a call's inputs, or to some of their rows. */
    static Ask of(Call call, Map<String, Value> inputs, Rows form) {
        return new Ask(inputs, null, null, form, call.request(), call.isTimed() ? call : null);
    }

    /** Asks for nothing, as a request would. */
    static Ask of(Request request, Rows form) {
        return new Ask(request.inputs(), null, null, form, request, null);
    }

    /** Asks for a row's score. */
    static Ask of(float[] row, float[] room, Rows form) {
        return new Ask(Map.of(), row, room, form, Request.PLAIN, null);
    }

    /** The inputs; none if it asks for a row's score. */
    Map<String, Value> inputs() {
        return inputs;
    }

    float @Nullable [] row() {
        return row;
    }

    float @Nullable [] room() {
        return room;
    }

    /** How many rows it counts for, 1 or more. */
    int rows() {
        return rows;
    }

    long bytes() {
        return bytes;
    }

    /** What must be equal of those that run together; null means that it runs alone. */
    @Nullable Object key() {
        return key;
    }

    Priority priority() {
        return priority;
    }

    String tenant() {
        return tenant;
    }

    boolean isTimed() {
        return call != null;
    }

    /** What is left until the deadline, negative when it is over; enough for ever if there is none. */
    long left(long now) {
        return call == null ? Long.MAX_VALUE : deadline - now;
    }

    /** How long it has been waiting. */
    long waited(long now) {
        return now - since;
    }

    DeadlineExceededException tooLate() {
        if (call == null) {
            throw new IllegalStateException("What has no deadline cannot miss it");
        }
        return call.tooLate(null);
    }
}
