package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.OverloadedException;
import io.mlops4j.internal.Names;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Trainings that were decided and are not yet done: the log {@code training-queue/<name>}, shared by any number of
 * processes. Oldest first.
 *
 * <pre>{@code
 * var queue = TrainingQueue.open(store, "default", clock);
 * queue.enqueue(request);
 * queue.claim("worker-1", rides).ifPresent(claim -> claim.complete(train(claim.task().request())));
 * }</pre>
 *
 * <p>A claim is a lease: while it runs, nobody else gets the task; when it has run out, or when an owner of the same
 * name comes back after a crash, the task is given out again, with the next attempt number. Whoever had it before gets a
 * {@link ConflictException} from then on. So a task is done at least once and settled once: what it does must be
 * idempotent by the request's id. Give every worker a name of its own that survives its restart.
 *
 * <p>Thread-safe.
 */
public final class TrainingQueue {
    /** How many open tasks a queue holds, unless set. */
    public static final int DEFAULT_CAPACITY = 100;

    /** How long a lease is, unless set. */
    public static final Duration DEFAULT_LEASE = Duration.ofHours(1);

    private final String name;
    private final Clock clock;
    private final int capacity;
    private final Duration lease;
    private final Replica<QueueTasks> replica;

    private TrainingQueue(String name, Clock clock, int capacity, Duration lease, Replica<QueueTasks> replica) {
        this.name = name;
        this.clock = clock;
        this.capacity = capacity;
        this.lease = lease;
        this.replica = replica;
    }

    /**
     * Opens a queue; it comes into being with its first request.
     *
     * @param store holds the log; stays open when the queue is no longer used
     * @param name names the queue, in the grammar of names
     * @param clock tells when leases run out
     * @return the queue, with default capacity and lease
     * @throws IllegalArgumentException if the name breaks the grammar
     * @throws io.mlops4j.CorruptionException if the log is broken
     * @throws io.mlops4j.StorageException if the log could not be read
     */
    public static TrainingQueue open(ObjectStore store, String name, Clock clock) {
        Names.check("queue name", name);
        var log = CommitLog.open(store, "training-queue/" + name, clock);
        return new TrainingQueue(name, clock, DEFAULT_CAPACITY, DEFAULT_LEASE, Replica.open(log, QueueTasks.FOLD));
    }

    /**
     * The same queue with another capacity.
     *
     * @param tasks the most open tasks, 1 or more
     * @return a view of this queue
     * @throws IllegalArgumentException if it is not positive
     */
    public TrainingQueue withCapacity(int tasks) {
        if (tasks < 1) {
            throw new IllegalArgumentException("Invalid capacity " + tasks + ": expected 1 or more");
        }
        return new TrainingQueue(name, clock, tasks, lease, replica);
    }

    /**
     * The same queue with longer or shorter leases.
     *
     * @param duration above zero; longer than a training takes, or renew it
     * @return a view of this queue
     * @throws IllegalArgumentException if it is not positive
     */
    public TrainingQueue withLease(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("Invalid lease " + duration + ": expected above zero");
        }
        return new TrainingQueue(name, clock, capacity, duration, replica);
    }

    /**
     * Adds a request; one that is there already is not added again.
     *
     * @param request what to do
     * @return the task
     * @throws AlreadyExistsException if another request has its id
     * @throws OverloadedException if the queue is full
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been added; add it again
     * @throws io.mlops4j.StorageException if it could not be written
     */
    public TrainingTask enqueue(TrainingRequest request) {
        return update(request.id(), queue -> {
            TrainingTask there = queue.tasks().get(request.id());
            if (there == null) {
                requireRoom(queue, request);
                return Optional.of(new QueueEvent.Queued(request.id(), request, clock.instant()));
            }
            if (!there.request().model().equals(request.model())) {
                throw new AlreadyExistsException("Cannot queue request " + request.id() + " for model "
                        + request.model() + ": it exists for model "
                        + there.request().model());
            }
            return Optional.empty();
        });
    }

    private void requireRoom(QueueTasks queue, TrainingRequest request) {
        long open = queue.tasks().values().stream()
                .filter(task -> task.status().isOpen())
                .count();
        if (open >= capacity) {
            throw new OverloadedException(
                    "Cannot queue request " + request.id() + " in " + name + ": " + open + " are open, at most "
                            + capacity,
                    lease);
        }
    }

    private TrainingTask update(String id, Function<QueueTasks, Optional<QueueEvent>> decision) {
        QueueTasks after = replica.update(queue -> decision.apply(queue).map(QueueEvent.CODEC::write));
        return requireNonNull(after.tasks().get(id), id);
    }

    /**
     * Takes the oldest task of a model that nobody works on.
     *
     * @param owner names the worker, the same after its restart
     * @param model whose tasks
     * @return a claim, or empty if there is nothing to do
     * @throws io.mlops4j.OutcomeUnknownException if it may or may not have been taken; claim again
     * @throws io.mlops4j.StorageException if it could not be written
     */
    public Optional<Claim> claim(String owner, ModelName model) {
        requireNonNull(owner, "owner");
        var taken = new QueueEvent.Claimed[1];
        QueueTasks after = replica.update(queue -> {
            Instant now = clock.instant();
            taken[0] = queue.tasks().values().stream()
                    .filter(task -> task.request().model().equals(model) && task.isFreeFor(owner, now))
                    .findFirst()
                    .map(task ->
                            new QueueEvent.Claimed(task.request().id(), task.attempt() + 1, owner, now.plus(lease)))
                    .orElse(null);
            return Optional.ofNullable(taken[0]).map(QueueEvent.CODEC::write);
        });
        return Optional.ofNullable(taken[0])
                .map(event -> new Claim(requireNonNull(after.tasks().get(event.id()), event.id())));
    }

    /**
     * All tasks: those that are open, and the last thousand that are settled.
     *
     * @return in the order in which they were queued
     * @throws io.mlops4j.StorageException if the log could not be read
     */
    public List<TrainingTask> tasks() {
        return List.copyOf(replica.refresh().tasks().values());
    }

    /**
     * Finds a task.
     *
     * @param id of its request
     * @return empty if there is none, or it was settled long ago
     * @throws io.mlops4j.StorageException if the log could not be read
     */
    public Optional<TrainingTask> find(String id) {
        return Optional.ofNullable(replica.refresh().tasks().get(id));
    }

    /**
     * The right to work on a task, until its lease runs out and somebody else takes it.
     *
     * <p>Thread-safe.
     */
    public final class Claim {
        private final TrainingTask task;

        private Claim(TrainingTask task) {
            this.task = task;
        }

        /**
         * What to do.
         *
         * @return the task as it was claimed
         */
        public TrainingTask task() {
            return task;
        }

        /**
         * Begins the lease anew.
         *
         * @return the task
         * @throws ConflictException if somebody else has taken the task, or it is settled
         */
        public TrainingTask renew() {
            Instant until = clock.instant().plus(lease);
            return change(
                    new QueueEvent.Claimed(id(), task.attempt(), task.owner().orElseThrow(), until));
        }

        /**
         * Gives the task back undone; it keeps its place.
         *
         * @return the task
         * @throws ConflictException if somebody else has taken the task, or it is settled
         */
        public TrainingTask release() {
            return change(new QueueEvent.Released(id()));
        }

        /**
         * Says that it is done and a candidate was promoted.
         *
         * @param result what came of it, for people
         * @return the task
         * @throws ConflictException if somebody else has taken the task, or it is settled
         */
        public TrainingTask complete(String result) {
            return change(new QueueEvent.Settled(id(), TrainingTask.Status.COMPLETED, result));
        }

        /**
         * Says that it is done and nothing was promoted.
         *
         * @param reason why, for people
         * @return the task
         * @throws ConflictException if somebody else has taken the task, or it is settled
         */
        public TrainingTask fail(String reason) {
            return change(new QueueEvent.Settled(id(), TrainingTask.Status.FAILED, reason));
        }

        private String id() {
            return task.request().id();
        }

        private TrainingTask change(QueueEvent event) {
            return update(id(), queue -> {
                TrainingTask now = queue.tasks().get(id());
                if (now == null || now.status() != TrainingTask.Status.CLAIMED || now.attempt() != task.attempt()) {
                    throw new ConflictException("Cannot change request " + id() + " in " + name + " by claim "
                            + task.attempt() + ": "
                            + (now == null ? "it is gone" : "it is " + now.status() + " by claim " + now.attempt()));
                }
                return Optional.of(event);
            });
        }
    }
}
