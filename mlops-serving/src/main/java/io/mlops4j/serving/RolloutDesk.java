package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.micrometer.core.instrument.MeterRegistry;
import io.mlops4j.NotFoundException;
import io.mlops4j.OverloadedException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.inference.Inference;
import io.mlops4j.inference.JoinListener;
import io.mlops4j.inference.Outcome;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.rollout.Bandit;
import io.mlops4j.serving.rollout.Rollout;
import io.mlops4j.serving.rollout.RolloutRun;
import io.mlops4j.serving.rollout.RolloutState;
import io.mlops4j.serving.rollout.Rollouts;
import io.mlops4j.serving.rollout.Signals;
import io.mlops4j.serving.trial.Arm;
import io.mlops4j.serving.trial.Recorder;
import io.mlops4j.serving.trial.Trial;
import io.mlops4j.serving.trial.TrialJournal;
import io.mlops4j.serving.trial.TrialState;
import io.mlops4j.serving.trial.Verdicts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollouts of a server: starts them, takes part in those that other replicas have started, and looks after them.
 *
 * <p>Thread-safe.
 */
final class RolloutDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutDesk.class);

    private final Rollouts settings;
    private final Deadlines deadlines;
    private final Map<ModelName, Slot> slots = new HashMap<>();
    private final Map<ModelName, TrialJournal> journals = new ConcurrentHashMap<>();

    /** What is under way here. */
    private final Map<ModelName, Trial> trials = new ConcurrentHashMap<>();

    /** The models of which the registry knows how their last rollout ended. */
    private final Set<ModelName> settled = ConcurrentHashMap.newKeySet();

    private final Map<ModelName, Roomless> roomless = new ConcurrentHashMap<>();
    private final String replica = UUID.randomUUID().toString();
    private final ReentrantLock joining = new ReentrantLock();
    private final Map<ModelName, RolloutMeters> meters = new HashMap<>();
    private final Runnable ticking = this::tick; // one, so that it is known when it is put off twice
    private final @Nullable ScheduledExecutorService ticker;

    /** Joiners are the host's and may live on after the server. */
    private final List<Runnable> deafen = new ArrayList<>();

    @GuardedBy("joining") private boolean closed;

    RolloutDesk(Rollouts settings, Collection<Slot> served, Deadlines deadlines, @Nullable MeterRegistry registry) {
        this.settings = settings;
        this.deadlines = deadlines;
        served.stream().filter(slot -> slot.alias().isPresent()).forEach(slot -> slots.put(slot.name(), slot));
        ticker = settings.interval().isPresent() ? ticker() : null;
        try {
            slots.keySet().forEach(this::hear);
            slots.keySet()
                    .forEach(model -> meters.put(
                            model, new RolloutMeters(registry, model, () -> Optional.ofNullable(trials.get(model)))));
            settings.interval().ifPresent(time -> start(TimeUnit.NANOSECONDS.convert(time)));
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private static ScheduledExecutorService ticker() {
        // A worker does not wait for versions to drain: one that drains for long must not hold up the others.
        return Executors.newSingleThreadScheduledExecutor(work -> new WorkerThread(work, "mlops-rollouts"));
    }

    // A tick contains what it throws, and the future has nothing else to say.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void start(long nanos) {
        if (ticker != null) {
            ticker.scheduleWithFixedDelay(this::tickQuietly, nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void hear(ModelName model) {
        settings.signals(model).truth().ifPresent(truth -> {
            JoinListener ear = (inference, outcome) -> joined(model, inference, outcome);
            truth.joiner().addListener(ear);
            deafen.add(() -> truth.joiner().removeListener(ear));
        });
    }

    private void joined(ModelName model, Inference inference, Outcome outcome) {
        Trial trial = trials.get(model);
        Slot slot = slots.get(model);
        if (trial == null
                || slot == null
                || inference.at().isBefore(trial.trial().startedAt())) {
            return;
        }
        Contest contest = slot.contest();
        if (inference.version().equals(trial.candidate())) {
            trial.recorder().outcome(Arm.CANDIDATE, inference.outputs(), outcome);
        } else if (inference.version().equals(trial.incumbent()) && contest != null) {
            if (contest.isShadow()) {
                trial.recorder().pairedOutcome(inference.outputs(), outcome);
            } else {
                trial.recorder().outcome(Arm.INCUMBENT, inference.outputs(), outcome);
            }
        }
    }

    RolloutRun start(Slot slot, VersionId candidate, Rollout rollout) {
        Alias alias = slot.alias()
                .orElseThrow(() -> new IllegalStateException("Cannot roll out " + candidate + ": model " + slot.name()
                        + " is served " + how(slot) + ", expected an alias"));
        if (!candidate.model().equals(slot.name())) {
            throw new IllegalArgumentException(
                    "Cannot roll out " + candidate + " as model " + slot.name() + ": expected a version of it");
        }
        requireSignals(slot.name(), rollout);
        settings.registry().refresh();
        settings.registry().version(candidate);
        VersionId incumbent = settings.registry().resolve(alias).id();
        if (incumbent.equals(candidate)) {
            throw new IllegalArgumentException(
                    "Cannot roll out " + candidate + ": " + alias + " points at it already, expected another version");
        }
        boolean underWay = journalled(slot).isPresent();
        TrialState state = journal(slot.name()).start(alias, incumbent, candidate, rollout);
        try {
            return join(slot, state);
        } catch (RejectedModelException | OverloadedException e) {
            // Nobody has begun it, so nobody goes on with it; and the candidate is not to blame.
            if (!underWay && (e instanceof OverloadedException || NoRoom.isCauseOf(e))) {
                refuse(slot, state, RolloutState.ABORTED, e);
            }
            throw e;
        }
    }

    private static String how(Slot slot) {
        return slot.policies().isEmpty()
                ? "from a file"
                : "as " + slot.policies().get(0);
    }

    private void requireSignals(ModelName model, Rollout rollout) {
        Signals signals = settings.signals(model);
        boolean truth = rollout.guardrails().outcomes().isPresent()
                || (rollout instanceof Bandit bandit && bandit.reward() == Bandit.Reward.OUTCOME);
        if (truth && signals.truth().isEmpty()) {
            throw new IllegalArgumentException("Cannot compare outcomes of " + model
                    + ": the server has no signal of them, expected Signals.outcomes");
        }
        if (rollout.guardrails().score().isPresent() && signals.scoring().isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot compare scores of " + model + ": the server has no signal of them, expected Signals.score");
        }
    }

    private TrialJournal journal(ModelName model) {
        return journals.computeIfAbsent(model, name -> new TrialJournal(name, settings.store(), settings.clock()));
    }

    private Trial join(Slot slot, TrialState state) {
        joining.lock();
        try {
            Trial there = trials.get(slot.name());
            if (there != null && !there.isOver() && there.id().equals(state.id())) {
                return there;
            }
            if (there != null && !there.isOver()) {
                there.tick(); // the journal has ended it; this replica has only not heard of that yet
            }
            if (closed) {
                throw new IllegalStateException("Cannot roll out " + state.candidate() + ": the server is closed");
            }
            Trial trial = open(slot, state);
            trials.put(slot.name(), trial);
            return trial;
        } finally {
            joining.unlock();
        }
    }

    private Trial open(Slot slot, TrialState state) {
        if (slot.version().filter(state.incumbent()::equals).isEmpty()) {
            slot.refreshAlias();
        }
        var recorder = new Recorder(state.rollout().guardrails(), settings.signals(slot.name()));
        try {
            RolloutMeters counters = requireNonNull(meters.get(slot.name()));
            Contest contest = slot.challenge(
                    state.candidate(),
                    served -> new Contest(slot, served, state, recorder, deadlines, counters, () -> forget(state)));
            return new Trial(
                    state, journal(slot.name()), settings.registry(), recorder, contest, replica, settings.clock());
        } catch (RejectedModelException | NotFoundException e) {
            // What this replica alone has no room for, others may serve.
            if (!NoRoom.isCauseOf(e)) {
                refuse(slot, state, RolloutState.ROLLED_BACK, e);
            }
            throw e;
        }
    }

    private void refuse(Slot slot, TrialState state, RolloutState how, RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        Trial.refuse(journal(slot.name()), settings.registry(), state, how, reason, settings.clock());
    }

    /** Whoever ended a rollout, here or by its handle: what is over holds no model. */
    private void forget(TrialState ended) {
        trials.computeIfPresent(
                ended.candidate().model(), (model, trial) -> trial.id().equals(ended.id()) ? null : trial);
    }

    /** Takes part in what is new, and ticks what is under way. The first failure is thrown when all had their turn. */
    void tick() {
        if (NestedSwaps.putsOff(ticking)) {
            return;
        }
        RuntimeException failure = null;
        for (Slot slot : slots.values()) {
            try {
                tick(slot);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void tick(Slot slot) {
        Trial trial = trials.get(slot.name());
        if (trial != null && !trial.isOver()) {
            trial.tick();
        } else {
            look(slot);
        }
        settle(slot.name());
    }

    private void look(Slot slot) {
        journalled(slot).flatMap(state -> joinIfThereIsRoom(slot, state)).ifPresent(Trial::tick);
    }

    /** Whoever ended a rollout may have died before the registry heard of it; who comes after tells. */
    private void settle(ModelName model) {
        if (settled.contains(model)) {
            return;
        }
        try {
            journal(model).lastEnded().ifPresent(new Verdicts(settings.registry())::record);
        } catch (NotFoundException e) {
            LOG.info("The last rollout of {} leaves no verdict: {}", model, e.getMessage());
        }
        settled.add(model);
    }

    /** Empty if this replica has no room for the candidate now: it goes on with the incumbent, and tries again later. */
    private Optional<Trial> joinIfThereIsRoom(Slot slot, TrialState state) {
        Roomless said = roomless.get(slot.name());
        Roomless before = said != null && said.rollout().equals(state.id()) ? said : null;
        if (before != null && before.pause() > 0) {
            roomless.put(slot.name(), before.waited());
            return Optional.empty();
        }
        try {
            Trial trial = join(slot, state);
            roomless.remove(slot.name());
            return Optional.of(trial);
        } catch (RejectedModelException e) {
            if (!NoRoom.isCauseOf(e)) {
                throw e;
            }
            if (before == null) {
                LOG.warn("No part in rollout {} until there is room for its candidate", state.id(), e);
            }
            roomless.put(slot.name(), before == null ? Roomless.first(state.id()) : before.again());
            return Optional.empty();
        }
    }

    private Optional<TrialState> journalled(Slot slot) {
        return slot.alias().flatMap(alias -> journal(slot.name()).current().filter(state -> state.alias()
                .equals(alias)));
    }

    /** The rollout that is under way, here or on another replica; takes part in it. */
    Optional<RolloutRun> underWay(Slot slot) {
        Trial trial = trials.get(slot.name());
        return trial != null && !trial.isOver()
                ? Optional.of(trial)
                : journalled(slot).map(state -> join(slot, state));
    }

    private void tickQuietly() {
        try {
            tick();
        } catch (RuntimeException | Error e) {
            // An error too: a scheduler drops a task that throws, and nothing would be looked after any more.
            LOG.warn("Cannot look after the rollouts now; trying again", e);
        }
    }

    /** Takes part no longer. What is under way goes on in the journal. */
    @Override
    public void close() {
        joining.lock();
        try {
            closed = true;
        } finally {
            joining.unlock();
        }
        if (ticker != null) {
            ticker.shutdownNow();
        }
        deafen.forEach(Runnable::run);
        meters.values().forEach(RolloutMeters::close);
    }
}
