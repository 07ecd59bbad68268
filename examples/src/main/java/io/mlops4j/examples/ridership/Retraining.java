package io.mlops4j.examples.ridership;

import io.mlops4j.NotFoundException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Gate;
import io.mlops4j.gate.GateContext;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.VersionId;
import io.mlops4j.pipeline.Step;
import io.mlops4j.pipeline.StepContext;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.store.Content;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunOptions;
import io.mlops4j.tracking.RunRecord;
import io.mlops4j.tracking.RunStatus;
import io.mlops4j.tracking.Tracker;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The build of the pipeline: trains a candidate on what is known, judges it beside the champion on the newest days,
 * which neither has seen, and registers it. Everything it creates carries the step's idempotency key, so that a build
 * that was cut off can be done again.
 *
 * <p>Thread-safe.
 */
final class Retraining implements Step {
    static final String PROFILE_FILE = "profile.bin";
    static final String EXPERIMENT = "ridership";

    private static final int DAYS_A_YEAR = 365;
    private static final String VERSION = "version";
    private static final String PARITY = "onnx.parity";
    static final String CANDIDATE_ERROR = "holdout.mae";
    static final String CHAMPION_ERROR = "holdout.mae.champion";

    private final Alias champion;
    private final Knowledge knowledge;
    private final RideTrainer trainer;
    private final Tracker tracker;
    private final ModelRegistry registry;

    Retraining(Alias champion, Knowledge knowledge, RideTrainer trainer, Tracker tracker, ModelRegistry registry) {
        this.champion = champion;
        this.knowledge = knowledge;
        this.trainer = trainer;
        this.tracker = tracker;
        this.registry = registry;
    }

    /** The data is whole: a year of days at least, and none missing between the first and the last. */
    Gate dataIsWhole() {
        return Gate.of("data-is-whole", context -> {
            LocalDate last = knowledge.newest();
            List<RideDay> rows = knowledge.known(last.minusDays(LoopSettings.TRAINING_DAYS - 1L), last);
            long expected = rows.isEmpty()
                    ? DAYS_A_YEAR
                    : ChronoUnit.DAYS.between(rows.get(0).date(), last) + 1;
            Evidence evidence = Evidence.none().with("rows", rows.size()).with("expected", (double) expected);
            return rows.size() == expected && expected >= DAYS_A_YEAR
                    ? Verdict.pass(evidence)
                    : Verdict.fail("days are missing", evidence);
        });
    }

    /** The candidate can be served: what ONNX Runtime predicts is what was trained. */
    static Gate servable() {
        return Gate.of("servable", context -> {
            Evidence evidence = Evidence.none().with(PARITY, metric(context, PARITY));
            return Verdict.pass(evidence);
        });
    }

    /** On days that neither has seen, the candidate errs no more than the champion. */
    static Gate noWorse() {
        return Gate.of("no-worse-than-champion", context -> {
            Map<String, Double> metrics = context.candidate().orElseThrow().metrics();
            Double before = metrics.get(CHAMPION_ERROR);
            if (before == null) {
                return Verdict.pass(Evidence.none().with("champion", "none"));
            }
            double now = metric(context, CANDIDATE_ERROR);
            Evidence evidence = Evidence.none().with(CANDIDATE_ERROR, now).with(CHAMPION_ERROR, before);
            return now <= before ? Verdict.pass(evidence) : Verdict.fail("the champion errs less", evidence);
        });
    }

    private static double metric(GateContext context, String name) {
        Double value = context.candidate().orElseThrow().metrics().get(name);
        if (value == null) {
            throw new IllegalStateException("The candidate has no metric " + name);
        }
        return value;
    }

    @Override
    public Candidate run(StepContext context) {
        return built(context.request().id()).orElseGet(() -> build(context));
    }

    /** What this build made before it was cut off, if it got as far as finishing its run. */
    private Optional<Candidate> built(String runId) {
        try {
            RunRecord run = tracker.run(runId);
            return Optional.ofNullable(run.tags().get(VERSION))
                    .filter(version -> run.status() == RunStatus.FINISHED)
                    .map(version -> registry.version(VersionId.parse(version)))
                    .map(version -> Candidate.of(version.id(), version.metrics()));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private Candidate build(StepContext context) {
        Optional<ModelVersion> before = registry.tryResolve(champion);
        LocalDate newest = knowledge.newest();
        LocalDate last = before.isPresent() ? newest.minusDays(LoopSettings.HOLDOUT_DAYS) : newest;
        List<RideDay> training = knowledge.known(last.minusDays(LoopSettings.TRAINING_DAYS - 1L), last);
        List<RideDay> holdout = knowledge.known(last.plusDays(1), newest);
        RunOptions options = RunOptions.defaults()
                .withId(context.request().id())
                .withTag("reason", context.request().reason());
        return tracker.track(EXPERIMENT, options, run -> {
            RideTrainer.Trained trained = trainer.train(run, training);
            var metrics = new TreeMap<String, Double>();
            metrics.put(PARITY, trained.parity().worst());
            before.ifPresent(version -> judge(trained, version, holdout, metrics));
            metrics.forEach(run::metric);
            ModelVersion version = register(context, run, trained, training, before, metrics);
            run.tag(VERSION, version.id().toString());
            return Candidate.of(version.id(), metrics);
        });
    }

    private void judge(
            RideTrainer.Trained trained, ModelVersion before, List<RideDay> holdout, Map<String, Double> metrics) {
        try (LoadedRides candidate = LoadedRides.of(trained.onnx());
                LoadedRides current = LoadedRides.of(registry, before)) {
            PairedErrors errors = PairedErrors.of(candidate.errors(holdout), current.errors(holdout));
            metrics.put(CANDIDATE_ERROR, errors.first());
            metrics.put(CHAMPION_ERROR, errors.second());
        }
    }

    private ModelVersion register(
            StepContext context,
            Run run,
            RideTrainer.Trained trained,
            List<RideDay> training,
            Optional<ModelVersion> before,
            Map<String, Double> metrics) {
        Provenance provenance = Provenance.of(context.request().commitId())
                .withRun(run.id())
                .withDataset(RideData.reference("rides", training));
        if (before.isPresent()) {
            provenance = provenance.withParent(before.get().id());
        }
        LocalDate first = training.get(0).date();
        LocalDate last = training.get(training.size() - 1).date();
        return registry.register(Registration.of(context.model())
                .file(ModelVersion.MODEL_FILE, Content.of(trained.onnx()))
                .file(PROFILE_FILE, Content.of(RideTrainer.profile(training).toBytes()))
                .signature(trained.signature())
                .provenance(provenance)
                .metrics(metrics)
                .tag("trained.from", first.toString())
                .tag("trained.to", last.toString())
                .description("boosted trees on the days " + first + " to " + last)
                .idempotencyKey(context.idempotencyKey()));
    }
}
