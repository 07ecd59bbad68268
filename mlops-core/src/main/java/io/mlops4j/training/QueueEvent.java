package io.mlops4j.training;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/**
 * What happened in a queue, as its log holds it. The names and fields are a format: add, but do not rename.
 *
 * <p>Immutable.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = QueueEvent.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = QueueEvent.Claimed.class, name = "claimed"),
    @JsonSubTypes.Type(value = QueueEvent.Released.class, name = "released"),
    @JsonSubTypes.Type(value = QueueEvent.Settled.class, name = "settled")
})
sealed interface QueueEvent {
    /** The id of the request. */
    String id();

    record Queued(String id, TrainingRequest request, Instant at) implements QueueEvent {}

    /** Also a renewed lease, with the same attempt. */
    record Claimed(String id, long attempt, String owner, Instant leaseUntil) implements QueueEvent {}

    record Released(String id) implements QueueEvent {}

    record Settled(String id, TrainingTask.Status status, String result) implements QueueEvent {}
}
