package io.mlops4j.training;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a watch looks at.
 *
 * <p>Confined to one thread at a time.
 */
public final class ContinuousTrainingBuilder {
    final ModelName model;
    final ObjectStore store;
    final Retrain retrain;
    final List<DriftSource> drift = new ArrayList<>();
    final List<Trigger> triggers = new ArrayList<>();
    final List<TrainingListener> listeners = new ArrayList<>();
    LongSupplier rows = () -> 0;
    TriggerPolicy policy = TrainingBudget.threshold(0.5);

    @Nullable TrainingQueue queue;

    String owner = "default";
    Clock clock = Clock.systemUTC();

    @Nullable Instant trainedAt;

    long trainedRows = -1;

    ContinuousTrainingBuilder(ModelName model, ObjectStore store, Retrain retrain) {
        this.model = model;
        this.store = store;
        this.retrain = retrain;
    }

    /**
     * Watches for drift; of several sources the highest score counts, and an alarm of any. Default: none.
     *
     * @param source such as {@code monitor::signal}
     * @return this builder
     */
    public ContinuousTrainingBuilder on(DriftSource source) {
        drift.add(requireNonNull(source, "source"));
        return this;
    }

    /**
     * Adds a trigger. Default: none; the budget's score asks by itself.
     *
     * @param trigger can ask for training
     * @return this builder
     */
    public ContinuousTrainingBuilder on(Trigger trigger) {
        triggers.add(requireNonNull(trigger, "trigger"));
        return this;
    }

    /**
     * Sets where the rows are counted. Default: no rows.
     *
     * @param total how many rows there are to train on, now and in all, 0 or more; new rows are the difference to
     *     when the last promoted training was decided
     * @return this builder
     */
    public ContinuousTrainingBuilder rows(LongSupplier total) {
        rows = requireNonNull(total, "total");
        return this;
    }

    /**
     * Sets who decides. Default: {@code TrainingBudget.threshold(0.5)}.
     *
     * @param policy usually a {@link TrainingBudget}
     * @return this builder
     */
    public ContinuousTrainingBuilder within(TriggerPolicy policy) {
        this.policy = requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Sets the queue. Default: the one named {@code default} in the same store.
     *
     * @param queue may be shared by many models
     * @return this builder
     */
    public ContinuousTrainingBuilder queue(TrainingQueue queue) {
        this.queue = requireNonNull(queue, "queue");
        return this;
    }

    /**
     * Names this worker in the queue. Default: {@code default}. Workers that run at the same time need different
     * names; one that comes back after a crash needs the one it had, to go on at once.
     *
     * @param name the worker
     * @return this builder
     */
    public ContinuousTrainingBuilder owner(String name) {
        owner = requireNonNull(name, "name");
        return this;
    }

    /**
     * Says when, and on how many rows, the model that serves was trained; counts only when the watch is opened for
     * the first time. Default: now, on the rows there are.
     *
     * @param at when
     * @param totalRows how many rows there were, 0 or more
     * @return this builder
     * @throws IllegalArgumentException if the number of rows is negative
     */
    public ContinuousTrainingBuilder trained(Instant at, long totalRows) {
        if (totalRows < 0) {
            throw new IllegalArgumentException("Invalid number of rows " + totalRows + ": expected 0 or more");
        }
        trainedAt = requireNonNull(at, "at");
        trainedRows = totalRows;
        return this;
    }

    /**
     * Adds a listener. Default: none.
     *
     * @param listener hears of every tick
     * @return this builder
     */
    public ContinuousTrainingBuilder listener(TrainingListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sets the clock that everything is decided on. Default: the system's.
     *
     * @param clock any clock
     * @return this builder
     */
    public ContinuousTrainingBuilder clock(Clock clock) {
        this.clock = requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Opens the journal. Nothing runs before the first {@link ContinuousTraining#tick} or
     * {@link ContinuousTraining#start}.
     *
     * @return the watch
     * @throws io.mlops4j.CorruptionException if the journal or the queue is broken
     * @throws io.mlops4j.StorageException if they could not be read or begun
     */
    public ContinuousTraining open() {
        return new ContinuousTraining(this);
    }
}
