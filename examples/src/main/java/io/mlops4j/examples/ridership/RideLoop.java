package io.mlops4j.examples.ridership;

import io.mlops4j.RejectedModelException;
import io.mlops4j.Workspace;
import io.mlops4j.drift.Adwin;
import io.mlops4j.drift.Cusum;
import io.mlops4j.drift.DetectorStatus;
import io.mlops4j.drift.DriftMonitor;
import io.mlops4j.drift.DriftReport;
import io.mlops4j.drift.MonitorBuilder;
import io.mlops4j.drift.ReferenceProfile;
import io.mlops4j.drift.Window;
import io.mlops4j.inference.Inference;
import io.mlops4j.inference.Outcome;
import io.mlops4j.inference.OutcomeJoiner;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.AliasPromotion;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PromotionPipeline;
import io.mlops4j.pipeline.PromotionRequest;
import io.mlops4j.serving.ModelServer;
import io.mlops4j.serving.Prediction;
import io.mlops4j.training.ContinuousTraining;
import io.mlops4j.training.Retrain;
import io.mlops4j.training.TrainingBudget;
import io.mlops4j.training.TrainingDecision;
import io.mlops4j.training.WeightedBudget;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The closed loop, day by day: predict through the served model, learn the truth a fortnight later, watch inputs and
 * errors, and every Monday decide whether to roll back or to retrain.
 *
 * <p>The order of a day makes it safe to kill. Mornings of decision begin with a write to the {@link Diary}; everything
 * that is decided after it is idempotent (the training by its request, the pipeline by its run, the registry by its key),
 * and the days between are predicted again, the same, from what the diary holds.
 *
 * <p>Confined to one thread at a time.
 */
final class RideLoop implements AutoCloseable {
    static final ModelName RIDES = ModelName.of("rides");
    static final Alias CHAMPION = RIDES.alias("champion");

    /** What the runs that train the first model are called; a second is only needed if the first failed. */
    static final String FIRST_RUN = "first-model";

    private static final String ACTOR = "closed loop";
    private static final int MAX_PROFILE = 1 << 20;

    /** What the code of this example is called where a commit id is asked for. */
    private static final String COMMIT = "mlops4j-examples-0.1.0-SNAPSHOT";

    private final LoopSettings settings;
    private final SimulatedClock clock;
    private final Knowledge knowledge;
    private final Workspace home;
    private final Diary diary;
    private final PromotionPipeline pipeline;
    private final ContinuousTraining training;
    private final OutcomeJoiner joiner;
    private final ModelServer server;
    private final DriftMonitor monitor;

    private final List<Served> unsaved = new ArrayList<>();
    private final List<Alarm> unsavedAlarms = new ArrayList<>();
    private boolean alarming;
    private VersionId serving;
    private LocalDate since;
    private Optional<Trial> trial;

    private RideLoop(Workspace home, RideData data, LoopSettings settings, SimulatedClock clock) {
        this.settings = settings;
        this.clock = clock;
        this.home = home;
        knowledge = new Knowledge(data, clock);
        diary = Diary.open(home.store(), clock);
        Optional<Week> last = diary.past().last();
        clock.set(last.map(Week::morning).orElse(settings.start()));

        var build =
                new Retraining(CHAMPION, knowledge, new RideTrainer(settings.seed()), home.tracker(), home.registry());
        pipeline = home.pipeline(RIDES)
                .ci(build.dataIsWhole())
                .build(build)
                .staging(Retraining.servable(), Retraining.noWorse())
                .promote(AliasPromotion.of(home.registry(), CHAMPION))
                .open();
        trainFirstModel();

        serving = last.map(Week::serving).orElseGet(this::champion);
        since = last.map(Week::since).orElse(settings.start());
        trial = last.flatMap(Week::trial);
        alarming = last.map(Week::alarming).orElse(false);
        MonitorBuilder watch = DriftMonitor.against(profileOf(serving))
                .errors(Cusum.withDefaults()
                        .minimum(1)
                        .target(LoopSettings.TOLERANCE)
                        .delta(0)
                        .lambda(LoopSettings.DRIFT_AT))
                .errors(Adwin.withDefaults())
                .window(Window.sliding(LoopSettings.WATCHED_DAYS))
                .leastRows(LoopSettings.WATCHED_DAYS)
                .score(RideLoop::excessError)
                .clock(clock);
        monitor = last.map(week -> watch.resume(RIDES, week.monitorState())).orElseGet(() -> watch.watch(RIDES));

        joiner = OutcomeJoiner.within(Duration.ofDays(2L * RideDay.LAG_DAYS), 4 * RideDay.LAG_DAYS, clock);
        joiner.addListener(this::onTruth);
        remember(diary.past().served());

        training = home.training(RIDES, Retrain.through(pipeline, () -> COMMIT))
                .on(monitor::signal)
                .rows(() -> knowledge.known(LocalDate.MIN, knowledge.newest()).size())
                .within(TrainingBudget.threshold(LoopSettings.THRESHOLD)
                        .scoredBy(new WeightedBudget(0.6, 0.4, LoopSettings.ROW_SCALE))
                        .cooldown(LoopSettings.COOLDOWN)
                        .maximumStaleness(LoopSettings.STALE_AFTER))
                .open();
        server = ModelServer.of(home.registry())
                .serve(CHAMPION)
                .observedBy(joiner)
                .clock(clock)
                .ids(() -> clock.today().toString())
                .start();
    }

    /**
     * Opens the loop where it stands in a workspace, or begins it.
     *
     * @param home holds everything durable; opened with the same clock
     * @param data what the walk goes through
     * @param settings from when to when
     * @param clock is moved by the walk
     * @return the loop
     */
    static RideLoop open(Workspace home, RideData data, LoopSettings settings, SimulatedClock clock) {
        return new RideLoop(home, data, settings, clock);
    }

    /** ADWIN and the inputs raise alarms; what asks for training is the sum of errors that are too large. */
    private static double excessError(DriftReport report) {
        return report.detectors().stream()
                .filter(detector -> detector.detector().equals("cusum"))
                .mapToDouble(DetectorStatus::strength)
                .findFirst()
                .orElse(0);
    }

    private void trainFirstModel() {
        PipelineRun first = pipeline.run(PromotionRequest.of(firstRun(), COMMIT, "first model"));
        if (first.status() == PipelineRun.Status.FAILED) {
            throw new RejectedModelException("Cannot begin the walk: the first model was not promoted, "
                    + first.failure()
                            .map(failure -> failure.what() + ": " + failure.reason())
                            .orElse("without a reason"));
        }
    }

    /** A first model that failed for want of room, say, is tried again when the walk is started again. */
    private String firstRun() {
        String id = FIRST_RUN;
        for (int attempt = 2; hasFailed(id); attempt++) {
            id = FIRST_RUN + "-" + attempt;
        }
        return id;
    }

    private boolean hasFailed(String run) {
        return pipeline.find(run)
                .filter(one -> one.status() == PipelineRun.Status.FAILED)
                .isPresent();
    }

    /** The day that comes next. */
    LocalDate today() {
        return clock.today();
    }

    /** Walks to the end; a listener hears of every morning of decision. */
    void walk(Progress progress) {
        clock.today().datesUntil(settings.end()).forEach(day -> live(day, progress));
        clock.set(settings.end());
        learn();
        save();
    }

    private void live(LocalDate day, Progress progress) {
        clock.set(day);
        learn();
        if (isMorningOfDecision(day)) {
            save();
            decide().ifPresent(decision -> progress.onDecision(day, decision));
            progress.onMorning(day, serving);
        }
        predict();
    }

    /** Hears how the walk goes. */
    interface Progress {
        void onMorning(LocalDate day, VersionId serving);

        void onDecision(LocalDate day, String what);
    }

    private boolean isMorningOfDecision(LocalDate day) {
        return day.getDayOfWeek() == DayOfWeek.MONDAY || day.equals(settings.start());
    }

    /** The truth about a day a fortnight ago arrives, and is joined with what was predicted then. */
    private void learn() {
        if (diary.past()
                .last()
                .filter(last -> last.morning().equals(clock.today()))
                .isPresent()) {
            return;
        }
        LocalDate newest = knowledge.newest();
        if (!newest.isBefore(settings.start())) {
            joiner.report(new Outcome(newest.toString(), knowledge.newestRidership(), clock.instant()));
        }
        boolean now = monitor.signal().alarm();
        if (now && !alarming) {
            unsavedAlarms.add(new Alarm(clock.today(), monitor.signal().reason()));
        }
        alarming = now;
    }

    private void onTruth(Inference inference, Outcome outcome) {
        LocalDate day = LocalDate.parse(outcome.id());
        if (!day.isBefore(since)) {
            double predicted = ((Tensor) inference.outputs().values().iterator().next()).floats()[0];
            monitor.recordError(Math.min(LoopSettings.CLIP, Math.abs(predicted - outcome.actual())));
        }
    }

    private void predict() {
        float[] row = knowledge.today();
        Prediction answer = server.predict(RIDES, Map.of("input", Tensor.ofRows(row)));
        monitor.record(Features.watched(row));
        unsaved.add(new Served(
                clock.today(), answer.version(), answer.tensor("output").floats()[0]));
    }

    private void save() {
        diary.write(new Week(
                clock.today(), serving, since, trial, unsaved, unsavedAlarms, alarming, Week.text(monitor.save())));
        unsaved.clear();
        unsavedAlarms.clear();
    }

    /** All that reaches outside happens here, after {@link #save}. Done twice, it does the same once. */
    private Optional<String> decide() {
        Optional<String> happened = Optional.empty();
        if (trial.filter(now -> now.isOver(knowledge.newest())).isPresent()) {
            happened = judge(trial.get());
            trial = Optional.empty();
        }
        if (trial.isEmpty() && happened.isEmpty()) {
            TrainingDecision decision = training.tick();
            happened = decision.requestId().map(id -> describe(decision, id));
        }
        follow();
        return happened;
    }

    private String describe(TrainingDecision decision, String requestId) {
        PipelineRun run = pipeline.find(requestId).orElseThrow();
        String verdict =
                run.failure().map(failure -> " (" + failure.what() + ")").orElse("");
        return run.status() + verdict + " because " + decision.reason();
    }

    /** Compares the errors of a model on trial with those its predecessor would have made. */
    private Optional<String> judge(Trial over) {
        if (pipeline.serving().map(PipelineRun::id).equals(Optional.of(over.run()))) {
            PairedErrors errors = compare(over);
            if (errors.z() < LoopSettings.ROLLBACK_Z) {
                return Optional.empty();
            }
            pipeline.rollback(
                    String.format(
                            Locale.ROOT,
                            "on %d days it erred by %.2f thousand rides, its predecessor by %.2f (z = %.1f)",
                            errors.days(),
                            errors.first(),
                            errors.second(),
                            errors.z()),
                    ACTOR);
        }
        PipelineRun taken = pipeline.find(over.run()).orElseThrow();
        training.rolledBack(taken);
        return taken.rollback().map(order -> "ROLLED_BACK because " + order.reason());
    }

    private PairedErrors compare(Trial over) {
        List<RideDay> days = knowledge.known(over.since(), knowledge.newest());
        try (LoadedRides on = LoadedRides.of(home.registry(), home.registry().version(over.version()));
                LoadedRides before =
                        LoadedRides.of(home.registry(), home.registry().version(over.predecessor()))) {
            return PairedErrors.of(on.errors(days), before.errors(days));
        }
    }

    /** Serves what the alias points at now, and starts watching it afresh. */
    private void follow() {
        VersionId now = champion();
        if (now.equals(serving)) {
            return;
        }
        trial = pipeline.serving()
                .filter(run -> run.candidate().orElseThrow().version().equals(now))
                .filter(run -> run.replaces().equals(Optional.of(new PipelineRun.Replaced(Optional.of(serving)))))
                .map(run -> new Trial(run.id(), now, serving, clock.today()));
        server.refresh(RIDES);
        monitor.rebase(profileOf(now));
        alarming = false;
        serving = now;
        since = clock.today();
    }

    private VersionId champion() {
        return home.registry().resolve(CHAMPION).id();
    }

    private ReferenceProfile profileOf(VersionId version) {
        return ReferenceProfile.parse(home.registry().bytes(version, Retraining.PROFILE_FILE, MAX_PROFILE));
    }

    /** After a restart: the last fortnights' predictions wait for their truth again. */
    private void remember(List<Served> past) {
        Map<LocalDate, Served> waiting = new HashMap<>();
        past.forEach(served -> waiting.put(served.date(), served));
        for (LocalDate day = knowledge.newest().plusDays(1); day.isBefore(clock.today()); day = day.plusDays(1)) {
            Served served = waiting.get(day);
            if (served != null) {
                joiner.onInference(new Inference(
                        day.toString(),
                        served.version(),
                        clock.instant(),
                        Duration.ZERO,
                        Map.of(),
                        Map.of("output", Tensor.ofFloats(new float[] {served.ridership()}, 1, 1))));
            }
        }
    }

    PromotionPipeline pipeline() {
        return pipeline;
    }

    Diary.Past past() {
        return diary.past();
    }

    ModelVersion version(VersionId id) {
        return home.registry().version(id);
    }

    @Override
    public void close() {
        server.close();
        training.close();
    }
}
