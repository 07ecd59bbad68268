package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Value;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A model of some instances with a queue before them.
 *
 *  - Who waits for an answer and finds nobody queued and an instance idle takes it and runs on his own thread: a
 *    compare-and-set, no lock, no hand-off.
 *  - All others enter the waiting room. Then, and whenever an instance is left, whoever sees that somebody waits and can
 *    take an instance gives it to a worker thread, which runs batches until nobody waits and leaves the instance. As
 *    both sides write first (the room, the instance) and then read the other, nobody is forgotten.
 *  - There are never more runs of workers than instances, as each has one; so their own queue is bounded by the tickets.
 *  - The JVM may be unable to make a worker thread. Then who holds another instance looks again when he leaves it. If nobody
 *    does, who waits is sent away: of all who fail to have a thread and give their instance back, the last one sees that no
 *    instance is taken. Whoever takes one later looks into the room himself.
 *  - Callers may hear of answers on a worker, and ask again from there. A worker that waited in the room could wait for
 *    itself; so its requests run at once, on it, beyond the number of instances if need be. What callers submit there comes
 *    as such a request too (OnWorker); only the server itself, which waits for nothing, submits from a worker.
 *  - A virtual thread that runs a model keeps its carrier for as long. If all carriers did, nobody could come and queue: there
 *    would be no batches, and the host's other virtual threads would stand. So a virtual thread takes an instance itself
 *    only if no other is busy, or runs are over before a worker could have begun; else it queues, and parks.
 *  - A run may outlive the requests in it, whose time was over; their leases are back then. So closing, which follows
 *    the last lease, waits until the instances are idle before the model may be freed.
 */
/**
 * Runs a request at once if an instance of the model is idle, and queues it otherwise; what queued is run in batches if
 * the model may be batched.
 *
 * <p>Thread-safe.
 */
final class QueueDispatcher implements Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(QueueDispatcher.class);

    /** One of so many runs that pass the queue by is timed, for the cost model. */
    private static final int SAMPLE = 64;

    /** What it takes to hand a request to a worker and its answer back, or so. */
    private static final long HANDED_OVER_NANOS = 20_000;

    /** With one carrier a virtual thread on it is always alone. */
    private static final boolean MANY_CARRIERS = Integer.getInteger(
                    "jdk.virtualThreadScheduler.parallelism",
                    Runtime.getRuntime().availableProcessors())
            > 1;

    private final LoadedModel model;
    private final String label;
    private final int maxRows;
    private final List<String> inputs;
    private final @Nullable RowForm block;
    private final boolean tensorsJoinBlock;
    private final Instances instances;
    private final WaitingRoom room;
    private final BatchRunner runner;
    private final ExecutorService workers;

    /** Counts without care for races: it only chooses samples. */
    private int calls;

    /**
     * Makes a dispatcher.
     *
     * @param maxRows the most rows of a batch; 1 if the model must not be batched
     * @param workers where batches run; closed with this
     */
    QueueDispatcher(
            VersionId version,
            LoadedModel model,
            int maxRows,
            Overload options,
            Deadlines deadlines,
            QueueMeters meters,
            ExecutorService workers) {
        this.model = model;
        this.label = version.toString();
        this.maxRows = maxRows;
        this.inputs = model.signature().inputs().stream().map(ValueSpec::name).toList();
        this.block = maxRows > 1 ? blockForm(model, maxRows) : null;
        this.tensorsJoinBlock = block != null && model.signature().outputs().size() == 1;
        this.instances = new Instances(options.instances());
        this.workers = workers;
        this.room = new WaitingRoom(version, options, maxRows, instances, deadlines, meters, workers);
        this.runner = new BatchRunner(label, model, maxRows, block);
        meters.watch(room);
    }

    private static @Nullable RowForm blockForm(LoadedModel model, int maxRows) {
        var made = model.rowBlock(maxRows);
        made.ifPresent(RowBlock::close);
        return made.isPresent() ? RowForm.of(model.signature()).orElse(null) : null;
    }

    /** Threads for a version's batches: one for each instance, and one that is always left to tell bad news. */
    static ExecutorService workers(VersionId version, int instances) {
        var number = new AtomicInteger();
        return WorkerThread.pool(
                instances + 1, Integer.MAX_VALUE, () -> "mlops-inference-" + version + "-" + number.incrementAndGet());
    }

    @Override
    public Map<String, Value> run(Call call) {
        if (room.isEmpty() && fitsOneBatch(call.inputs()) && mayRunHere()) {
            return runHere(call);
        }
        if (WorkerThread.isCurrent()) {
            instances.enter();
            return runHere(call);
        }
        Ask ask = Ask.of(call, call.inputs(), weigh(call.inputs()));
        var ticket = new Tickets.Waiting(ask);
        enter(call, ticket);
        return ticket.await();
    }

    /** Takes an instance for this thread, if one is idle and this is a thread to run on. */
    private boolean mayRunHere() {
        if (!VirtualThreads.isCurrent() || room.runsWithin(HANDED_OVER_NANOS)) {
            return instances.tryEnter();
        }
        return MANY_CARRIERS && instances.tryEnterAlone();
    }

    private Map<String, Value> runHere(Call call) {
        try {
            return call.isTimed() ? runTimed(call) : runNow(call);
        } finally {
            leave();
        }
    }

    private boolean fitsOneBatch(Map<String, Value> request) {
        return maxRows == 1 || Rows.common(request) <= maxRows;
    }

    private Map<String, Value> runNow(Call call) {
        boolean timed = isSample();
        long start = timed ? System.nanoTime() : 0;
        Map<String, Value> outputs = model.run(call.inputs());
        if (timed) {
            room.learn(Math.max(1, Rows.common(call.inputs())), System.nanoTime() - start);
        }
        return outputs;
    }

    private boolean isSample() {
        return (++calls & (SAMPLE - 1)) == 0;
    }

    /** Runs on this thread, which waits for the run and not for the alarm: what stops the run frees the thread. */
    private Map<String, Value> runTimed(Call call) {
        var ticket = new Tickets.Waiting(Ask.of(call, call.inputs(), Rows.alone(call.inputs())));
        var batch = new Batch(List.of(ticket), null);
        if (call.left() <= 0) {
            throw call.tooLate(null);
        }
        room.begin(batch);
        try {
            runner.run(batch);
        } finally {
            room.end(batch);
        }
        return ticket.await();
    }

    @Override
    public CompletionStage<Map<String, Value>> submit(Call call) {
        var promise = new CompletableFuture<Map<String, Value>>();
        Ask ask = Ask.of(call, call.inputs(), weigh(call.inputs()));
        enter(call, new Tickets.Promised(ask, promise));
        return promise;
    }

    @Override
    public void score(RowScorer scorer, float[] row, float[] out) {
        if (room.isEmpty() && mayRunHere()) {
            scoreNow(scorer, row, out);
            return;
        }
        if (WorkerThread.isCurrent()) {
            instances.enter();
            scoreNow(scorer, row, out);
            return;
        }
        requireFitting(scorer, row, out);
        var rows = new Rows(1, (long) row.length * Float.BYTES, block == null ? null : Ask.BLOCK);
        var ticket = new Tickets.Waiting(Ask.of(row, out, rows));
        room.enter(ticket.ask(), List.of(ticket));
        dispatch();
        ticket.await();
    }

    private void scoreNow(RowScorer scorer, float[] row, float[] out) {
        try {
            if (isSample()) {
                long start = System.nanoTime();
                scorer.score(row, out);
                room.learn(1, System.nanoTime() - start);
            } else {
                scorer.score(row, out);
            }
        } finally {
            leave();
        }
    }

    private void requireFitting(RowScorer scorer, float[] row, float[] out) {
        if (row.length != scorer.features()) {
            throw new RejectedInputException("Cannot score a row by model " + label + ": it has " + row.length
                    + " values, expected " + scorer.features());
        }
        if (out.length < scorer.outputs()) {
            throw new IllegalArgumentException("Cannot score a row by model " + label + ": room for " + out.length
                    + " numbers, expected " + scorer.outputs());
        }
    }

    /** A request that may meet others is checked before it does. */
    private Rows weigh(Map<String, Value> request) {
        if (maxRows == 1 || !runner.isDivisible()) {
            return Rows.alone(request);
        }
        InputCheck.check(label, model.signature(), request);
        return tensorsJoinBlock ? Rows.uniform(request) : Rows.of(inputs, request);
    }

    private void enter(Call call, Ticket ticket) {
        Ask ask = ticket.ask();
        if (ask.key() != null && ask.rows() > maxRows) {
            room.enter(
                    ask,
                    Tickets.Whole.of(ticket, call, maxRows, room, this::weigh).parts());
        } else {
            room.enter(ask, List.of(ticket));
        }
        dispatch();
    }

    private void leave() {
        instances.leave();
        dispatch();
    }

    private void dispatch() {
        if (mayTake()) {
            try {
                workers.execute(this::drain);
            } catch (OutOfMemoryError e) { // unable to create native thread
                instances.leave();
                if (instances.busy() == 0) {
                    room.strand();
                }
                LOG.debug("Cannot have another thread for model {}", label, e);
            }
        }
    }

    /** Whether somebody waits, and an instance is taken for him. */
    private boolean mayTake() {
        return !room.isEmpty() && instances.tryEnter();
    }

    /** Goes on by itself when somebody has come after it left: there may be no other thread to be had. */
    private void drain() {
        do {
            try {
                runAll();
            } catch (Throwable e) {
                leave();
                throw e;
            }
            instances.leave();
        } while (mayTake());
    }

    private void runAll() {
        Batch batch = room.next(null);
        while (batch != null) {
            dispatch(); // the parts of a large request come all at once: there may be work for other instances
            runner.run(batch);
            batch = room.next(batch);
        }
    }

    @Override
    public void terminate() {
        room.clear();
    }

    /** Also waits for runs whose requests have gone. */
    @Override
    public void close() {
        instances.awaitIdle();
        workers.shutdown();
        room.close();
    }
}
