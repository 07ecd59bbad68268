package io.mlops4j.pipeline;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/**
 * The journal of a model's pipeline: the log {@code pipeline/<model>}. Every rule that must hold between processes is
 * checked here, on the newest history and in the same step as the write: one run an id, one owner a run, one promotion
 * a model.
 *
 * <p>Thread-safe.
 */
final class PipelineJournal {
    private final ModelName model;
    private final Clock clock;
    private final Replica<PipelineHistory> replica;

    PipelineJournal(ModelName model, ObjectStore store, Clock clock) {
        this.model = model;
        this.clock = clock;
        replica = Replica.open(CommitLog.open(store, "pipeline/" + model, clock), PipelineHistory.FOLD);
    }

    PipelineHistory refresh() {
        return replica.refresh();
    }

    PipelineRun find(String id) {
        return require(replica.refresh(), id);
    }

    private PipelineRun require(PipelineHistory history, String id) {
        return history.find(id).orElseThrow(() -> new NotFoundException("Pipeline of " + model + " has no run " + id));
    }

    private PipelineRun update(String id, Function<PipelineHistory, Optional<PipelineEvent>> decision) {
        PipelineHistory after =
                replica.update(history -> decision.apply(history).map(PipelineEvent.CODEC::write));
        return require(after, id);
    }

    PipelineRun submit(PromotionRequest request) {
        return update(request.id(), history -> {
            Optional<PipelineRun> there = history.find(request.id());
            if (there.isEmpty()) {
                return Optional.of(new PipelineEvent.Submitted(request.id(), request, clock.instant()));
            }
            String commit = there.get().request().commitId();
            if (!commit.equals(request.commitId())) {
                throw new AlreadyExistsException("Cannot run " + request.id() + " of " + model + " for commit "
                        + request.commitId() + ": it exists for commit " + commit);
            }
            return Optional.empty();
        });
    }

    /** Makes the caller the one owner of an unfinished run; a finished one is left as it is. */
    PipelineRun claim(String id) {
        return update(id, history -> {
            PipelineRun run = require(history, id);
            return run.isUnfinished()
                    ? Optional.of(new PipelineEvent.Claimed(id, run.attempt() + 1))
                    : Optional.empty();
        });
    }

    PipelineRun append(PipelineEvent.Owned event) {
        return update(event.run(), history -> {
            requireOwner(history, event);
            return Optional.of(event);
        });
    }

    /** Takes the turn to promote, or returns the run without it if another run has it. */
    PipelineRun takeTurn(PipelineRun mine) {
        var event = new PipelineEvent.TurnTaken(mine.id(), mine.attempt(), clock.instant());
        return update(mine.id(), history -> {
            requireOwner(history, event);
            return history.turnHolder().isPresent() ? Optional.empty() : Optional.of(event);
        });
    }

    PipelineRun approve(String id, PipelineRun.Decision decision) {
        return update(id, history -> {
            PipelineRun run = require(history, id);
            if (run.state().isFinal()) {
                throw new ConflictException(
                        "Cannot approve run " + id + " of " + model + ": it is " + run.state() + " already");
            }
            return run.approval().isPresent()
                    ? Optional.empty()
                    : Optional.of(new PipelineEvent.Approved(id, decision));
        });
    }

    /** Orders the run that serves back, and makes the caller its owner. */
    PipelineRun orderRollback(PipelineRun serving, PipelineRun.Decision decision) {
        return update(serving.id(), history -> {
            history.turnHolder().ifPresent(holder -> {
                throw new ConflictException("Cannot roll back " + model + ": run " + holder.id()
                        + " is changing what serves; resume it first");
            });
            if (!history.serving().map(PipelineRun::id).equals(Optional.of(serving.id()))) {
                throw new ConflictException(
                        "Cannot roll back run " + serving.id() + " of " + model + ": it serves no longer");
            }
            long attempt = require(history, serving.id()).attempt() + 1;
            return Optional.of(new PipelineEvent.RollbackOrdered(serving.id(), attempt, decision));
        });
    }

    private void requireOwner(PipelineHistory history, PipelineEvent.Owned event) {
        long owner = require(history, event.run()).attempt();
        if (owner != event.attempt()) {
            throw new ConflictException("Cannot go on with run " + event.run() + " of " + model + " as its owner "
                    + event.attempt() + ": owner " + owner + " has taken it over");
        }
    }
}
