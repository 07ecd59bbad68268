package io.mlops4j.training;

import io.mlops4j.internal.json.EventCodec;
import java.time.Instant;
import java.util.Map;

/**
 * What happened in a queue, as its log holds it. The names and fields are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
sealed interface QueueEvent {
    /** Writes and reads events under their names. */
    EventCodec<QueueEvent> CODEC = new EventCodec<>(Map.ofEntries(
            Map.entry("queued", Queued.class),
            Map.entry("claimed", Claimed.class),
            Map.entry("released", Released.class),
            Map.entry("settled", Settled.class)));

    /** The id of the request. */
    String id();

    record Queued(String id, TrainingRequest request, Instant at) implements QueueEvent {}

    /** Also a renewed lease, with the same attempt. */
    record Claimed(String id, long attempt, String owner, Instant leaseUntil) implements QueueEvent {}

    record Released(String id) implements QueueEvent {}

    record Settled(String id, TrainingTask.Status status, String result) implements QueueEvent {}
}
