package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.MlopsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Replica;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded tracker: folds over commit logs of any {@link ObjectStore}, with artifacts as blobs beside them. Any
 * number of trackers, in any number of processes and machines, may work on one store at the same time.
 *
 * <p>Each run has a log of its own, {@code runs/<run id>}, so that runs never wait for each other. One more log,
 * {@code tracker}, says which runs there are, and repeats what became of those that finished or failed, as they cannot
 * change any more: so searching reads one log, and beside it only the logs of runs that still go on or were killed. Of a
 * metric, memory and index hold the newest point; {@link #history} reads all points from the run's log.
 *
 * <p>Thread-safe.
 */
public final class StoreTracker implements Tracker {
    private static final Logger LOG = LoggerFactory.getLogger(StoreTracker.class);
    private static final String INDEX = "tracker";
    private static final int READ_AHEAD = 64;
    private static final int MAX_INDEXED = 1 << 20;

    private final ObjectStore store;
    private final BlobStore blobs;
    private final Clock clock;
    private final Replica<RunIndex> index;
    /** The logs of runs that are not final in the index; what is final in its own log is not read again. */
    private final Map<String, Replica<RunRecord>> open = new ConcurrentHashMap<>();

    private StoreTracker(ObjectStore store, Clock clock, Replica<RunIndex> index) {
        this.store = store;
        this.blobs = BlobStore.in(store, clock);
        this.clock = clock;
        this.index = index;
    }

    /**
     * Opens the tracker of a store, which comes into being with its first run.
     *
     * @param store holds logs and blobs; stays open when the tracker is no longer used
     * @param clock stamps runs and metrics
     * @return the tracker
     * @throws CorruptionException if the log's chain is broken, or a commit makes no sense
     * @throws StorageException if the store could not be read
     */
    public static StoreTracker open(ObjectStore store, Clock clock) {
        requireNonNull(store, "store");
        return new StoreTracker(
                store, clock, Replica.open(CommitLog.open(store, INDEX, clock), new RunIndex.IndexFold()));
    }

    @Override
    public Run start(String experiment, RunOptions options) {
        Names.check("experiment name", requireNonNull(experiment, "experiment"));
        String id = options.id().orElseGet(() -> RunIds.create(clock.instant()));
        RunIndex known = index.update(runs -> register(runs, id, experiment));
        return goOn(entry(known, id), options.tags());
    }

    private static Optional<byte[]> register(RunIndex runs, String id, String experiment) {
        runs.caseTwin(id).ifPresent(twin -> {
            throw new AlreadyExistsException("Cannot start run " + id + ": there is a run " + twin
                    + ", and ids that differ only by case are one on some disks");
        });
        Optional<RunIndex.Entry> there = runs.find(id);
        if (there.isEmpty()) {
            return Optional.of(Json.write(RunIndex.Started.of(id, experiment)));
        }
        if (!there.get().experiment().equals(experiment)) {
            throw new AlreadyExistsException("Cannot start run " + id + " in experiment " + experiment
                    + ": it belongs to experiment " + there.get().experiment());
        }
        return Optional.empty();
    }

    @Override
    public Run resume(String runId) {
        return goOn(entry(index.refresh(), RunIds.check(runId)), Map.of());
    }

    private Run goOn(RunIndex.Entry entry, Map<String, String> tags) {
        RunRecord now = read(entry);
        if (!now.status().isResumable()) {
            throw new AlreadyExistsException("Cannot go on with run " + now.id() + ": it is " + now.status());
        }
        var run = new StoreRun(replica(entry), blobs, clock, this::ended);
        run.begin(tags);
        return run;
    }

    private static RunIndex.Entry entry(RunIndex runs, String id) {
        return runs.find(id)
                .orElseThrow(() -> new NotFoundException("There is no run " + Text.quote(id) + " in this tracker"));
    }

    private Replica<RunRecord> replica(RunIndex.Entry entry) {
        Replica<RunRecord> there = open.get(entry.id());
        if (there != null) {
            return there;
        }
        var fold = new RunFold(entry.id(), entry.experiment(), entry.startedAt());
        Replica<RunRecord> opened = Replica.open(log(entry.id()), fold);
        Replica<RunRecord> first = open.putIfAbsent(entry.id(), opened);
        return first == null ? opened : first;
    }

    private CommitLog log(String id) {
        return CommitLog.open(store, "runs/" + id, clock);
    }

    private RunRecord read(RunIndex.Entry entry) {
        if (entry.ended().isPresent()) {
            return entry.ended().get();
        }
        Replica<RunRecord> replica = replica(entry);
        return replica.state().status().isResumable() ? replica.refresh() : replica.state();
    }

    /** Tells the index. The run has ended in its own log whether or not that succeeds. */
    private void ended(RunRecord run) {
        byte[] event = Json.write(RunIndex.Ended.of(run));
        if (event.length > MAX_INDEXED) {
            return;
        }
        try {
            index.update(runs -> entry(runs, run.id()).ended().isPresent() ? Optional.empty() : Optional.of(event));
            open.remove(run.id());
        } catch (MlopsException e) {
            LOG.warn("Run {} has ended, but the index could not be told; it is read from its own log", run.id(), e);
        }
    }

    @Override
    public RunRecord run(String runId) {
        return read(entry(index.refresh(), RunIds.check(runId)));
    }

    @Override
    public List<MetricPoint> history(String runId, String metric) {
        entry(index.refresh(), RunIds.check(runId));
        CommitLog log = log(runId);
        Map<Long, MetricPoint> bySteps = new TreeMap<>();
        CommitLog.Position position = CommitLog.Position.START;
        List<Commit> commits = log.read(position, READ_AHEAD);
        while (!commits.isEmpty()) {
            for (Commit commit : commits) {
                RunFold.read(runId, commit).metrics().stream()
                        .filter(point -> point.name().equals(metric))
                        .forEach(point -> bySteps.put(point.step(), point.toMetric()));
                position = commit.position();
            }
            commits = log.read(position, READ_AHEAD);
        }
        return List.copyOf(bySteps.values());
    }

    @Override
    public List<RunRecord> find(RunQuery query) {
        List<RunRecord> candidates = new ArrayList<>();
        for (RunIndex.Entry entry : index.refresh().entries()) {
            if (query.admits(entry.experiment())) {
                candidates.add(read(entry));
            }
        }
        return query.over(candidates);
    }

    @Override
    public InputStream open(String runId, String artifact) {
        return blobs.open(run(runId).artifact(artifact).digest());
    }
}
