package io.mlops4j.serving;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.BadNews.Leaver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/*
 * Where requests to a busy model wait, who goes next, and who is sent away.
 *
 *  - Everything is guarded by one lock, which is held for a microsecond or so and never while a model runs, a ticket is
 *    settled (that may call the host's code) or an exception is made. So what is decided under the lock is collected in
 *    a list of leavers, and they are told after it.
 *  - `waiting` is written under the lock and read without it, by callers that look whether they may pass the room by and
 *    by those that leave an instance. Entering writes it before it looks for an idle instance; leaving an instance frees
 *    it before it reads `waiting`: of the two at least one sees the other, so no ticket is left behind.
 *  - The alarm is set for the earliest deadline of all that wait or run, and set again when it has rung. A ticket whose
 *    time is over leaves at the alarm even while its batch runs; when all have left, the run is stopped.
 */
/**
 * The queue of a model with all that decides about it.
 *
 * <p>Thread-safe.
 */
final class WaitingRoom {
    /** One batch in so many begins with the lowest priority. */
    private static final int TURNS = 16;

    private static final List<Priority> HIGHEST_FIRST = List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW);
    private static final List<Priority> LOWEST_FIRST = List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH);

    private final int maxRows;
    private final Instances instances;
    private final QueueMeters meters;
    private final BadNews news;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final FairQueue queue;

    @GuardedBy("lock") private final CostModel cost = new CostModel();

    @GuardedBy("lock") private final Entrance entrance;

    @GuardedBy("lock") private final @Nullable StandingQueue standing;

    @GuardedBy("lock") private final @Nullable Gradient gradient;

    @GuardedBy("lock") private final List<Batch> running = new ArrayList<>();

    @GuardedBy("lock") private final ArrayDeque<RowBlock> blocks = new ArrayDeque<>();

    @GuardedBy("lock") private final Alarm alarm;

    @GuardedBy("lock") private int turn;

    private volatile int waiting;
    private volatile long nanosOfOne;

    WaitingRoom(
            VersionId version,
            Overload options,
            int maxRows,
            Instances instances,
            Deadlines deadlines,
            QueueMeters meters,
            Executor tellers) {
        this.maxRows = maxRows;
        this.instances = instances;
        this.meters = meters;
        this.news = new BadNews(version, options, meters, tellers);
        this.alarm = new Alarm(deadlines, this::ring);
        this.queue = new FairQueue(options.weights());
        this.entrance = new Entrance(options, maxRows, instances, queue, cost);
        this.standing = options.codel().map(StandingQueue::new).orElse(null);
        this.gradient = options.limit() == Overload.Limit.ADAPTIVE ? new Gradient(options.instances()) : null;
    }

    /** Whether nobody waits. */
    boolean isEmpty() {
        return waiting == 0;
    }

    /** How many rows wait. */
    int rows() {
        return waiting;
    }

    /** Whether a run of one row is known to take less than some time in nanoseconds. */
    boolean runsWithin(long nanos) {
        long known = nanosOfOne;
        return known > 0 && known < nanos;
    }

    /** Lets a request in, all its parts or none. A request that is refused is settled when this returns. */
    void enter(Ask whole, List<? extends Ticket> parts) {
        List<Leaver> leavers = new ArrayList<>();
        Shed refusal;
        lock.lock();
        try {
            long now = System.nanoTime();
            refusal = entrance.refusal(whole, now, leavers);
            if (refusal == null) {
                parts.forEach(queue::add);
                watch(whole, now);
            }
            waiting = queue.rows();
        } finally {
            lock.unlock();
        }
        news.tellElsewhere(leavers, this);
        if (refusal != null) {
            news.tell(new Leaver(parts.get(0), refusal), this); // a part tells the whole
        }
    }

    /** How long it takes, as far as can be told, until all that waits has been run. */
    long nanosToDrain() {
        lock.lock();
        try {
            return entrance.drain(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Puts a run under the alarm that passed the queue by. */
    void begin(Batch batch) {
        lock.lock();
        try {
            running.add(batch);
            watch(batch.members().get(0).ask(), System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Ends a run that passed the queue by. */
    void end(Batch batch) {
        lock.lock();
        try {
            learn(batch);
        } finally {
            lock.unlock();
        }
    }

    /** Learns how long a run of some rows took. */
    void learn(int rows, long nanos) {
        lock.lock();
        try {
            record(rows, nanos);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Who is next; called by who holds an instance.
     *
     * @param done what it ran before, if anything
     * @return null if nobody waits, or the instance is one too many
     */
    @Nullable Batch next(@Nullable Batch done) {
        List<Leaver> leavers = new ArrayList<>();
        Batch batch = null;
        lock.lock();
        try {
            if (done != null) {
                learn(done);
            }
            if (instances.busy() <= instances.limit()) {
                batch = assemble(System.nanoTime(), leavers);
            }
            waiting = queue.rows();
        } finally {
            lock.unlock();
        }
        news.tellElsewhere(leavers, this);
        return batch;
    }

    @GuardedBy("lock") private void learn(Batch done) {
        if (done.isTimed()) {
            running.remove(done);
        }
        RowBlock block = done.block();
        if (block != null) {
            blocks.push(block);
        }
        if (done.nanos() > 0) {
            record(done.rows(), done.nanos());
        }
    }

    @GuardedBy("lock") private void record(int rows, long nanos) {
        cost.record(rows, nanos);
        nanosOfOne = cost.nanos(1);
        adapt(rows, nanos);
    }

    /** A batch of many rows is compared with what a row alone would have taken. */
    @GuardedBy("lock") private void adapt(int rows, long nanos) {
        if (gradient != null && cost.isKnown()) {
            double one = (double) nanos * Math.max(1, cost.nanos(1)) / Math.max(1, cost.nanos(rows));
            instances.limit(gradient.learn(one, instances.busy()));
        }
    }

    @GuardedBy("lock") private @Nullable Batch assemble(long now, List<Leaver> leavers) {
        List<Priority> lanes = ++turn % TURNS == 0 ? LOWEST_FIRST : HIGHEST_FIRST;
        Ticket first = next(lanes, null, 0);
        while (first != null && leaves(first, now, leavers)) {
            first = next(lanes, null, 0);
        }
        if (first == null) {
            return null;
        }
        List<Ticket> members = new ArrayList<>();
        join(members, first, now);
        Object key = first.ask().key();
        if (key != null) {
            fill(members, key, lanes, now, leavers);
        }
        var batch = new Batch(members, key == Ask.BLOCK ? blocks.poll() : null);
        meters.batch(batch.rows());
        if (batch.isTimed()) {
            running.add(batch);
        }
        return batch;
    }

    @GuardedBy("lock") private void fill(List<Ticket> members, Object key, List<Priority> lanes, long now, List<Leaver> leavers) {
        Ask first = members.get(0).ask();
        int most = Math.min(maxRows, cost.rowsWithin(first.left(now)));
        int rows = first.rows();
        while (rows < most) {
            Ticket ticket = next(lanes, key, most - rows);
            if (ticket == null) {
                return;
            }
            if (leaves(ticket, now, leavers)) {
                continue;
            }
            Ask ask = ticket.ask();
            most = Math.min(most, cost.rowsWithin(ask.left(now)));
            if (rows + ask.rows() > most) {
                return; // with it the batch would be late for it: it goes first in the next one
            }
            join(members, ticket, now);
            rows += ask.rows();
        }
    }

    @GuardedBy("lock") private void join(List<Ticket> members, Ticket ticket, long now) {
        meters.waited(ticket.ask().waited(now));
        queue.serve(ticket);
        members.add(ticket);
    }

    @GuardedBy("lock") private @Nullable Ticket next(List<Priority> lanes, @Nullable Object key, int room) {
        for (Priority lane : lanes) {
            Ticket ticket = queue.next(lane, key, room);
            if (ticket != null) {
                return ticket;
            }
        }
        return null;
    }

    /** Takes a ticket out that is not worth running. */
    @GuardedBy("lock") private boolean leaves(Ticket ticket, long now, List<Leaver> leavers) {
        if (ticket.isSettled()) {
            queue.remove(ticket);
            return true;
        }
        Shed why = reason(ticket.ask(), now);
        if (why == null) {
            return false;
        }
        queue.remove(ticket);
        leavers.add(new Leaver(ticket, why));
        return true;
    }

    /** The last one in the queue is run though it may seem hopeless: else a model that was slow once would rest for ever. */
    @GuardedBy("lock") private @Nullable Shed reason(Ask ask, long now) {
        long left = ask.left(now);
        if (left <= 0) {
            return Shed.EXPIRED;
        }
        if (queue.tickets() > 1 && cost.nanos(ask.rows()) > left) {
            return Shed.HOPELESS;
        }
        if (standing != null && standing.sheds(ask.waited(now), now, cost.nanos(maxRows))) {
            return Shed.STANDING;
        }
        return null;
    }

    @GuardedBy("lock") private void watch(Ask ask, long now) {
        if (ask.isTimed()) {
            alarm.watch(now + ask.left(now), now);
        }
    }

    private void ring() {
        List<Leaver> leavers = new ArrayList<>();
        List<Batch> abandoned;
        lock.lock();
        try {
            long now = System.nanoTime();
            var earliest = new long[] {Long.MAX_VALUE};
            Consumer<Ticket> look = ticket -> {
                long left = ticket.ask().left(now);
                if (left > 0) {
                    earliest[0] = Math.min(earliest[0], left);
                } else if (!ticket.isSettled()) {
                    leavers.add(new Leaver(ticket, Shed.EXPIRED));
                }
            };
            queue.forEach(look);
            leavers.forEach(leaver -> queue.remove(leaver.ticket()));
            waiting = queue.rows();
            running.forEach(batch -> batch.members().forEach(look));
            abandoned = running.stream().filter(batch -> batch.isAbandoned(now)).toList();
            alarm.rang(earliest[0], now);
        } finally {
            lock.unlock();
        }
        news.tellElsewhere(leavers, this);
        abandoned.forEach(batch -> batch.signal().stop());
    }

    /** Takes tickets out, those that are still in, which somebody has settled. */
    void leave(List<? extends Ticket> tickets) {
        lock.lock();
        try {
            for (Ticket ticket : tickets) {
                if (FairQueue.holds(ticket)) {
                    queue.remove(ticket);
                }
            }
            waiting = queue.rows();
        } finally {
            lock.unlock();
        }
    }

    /** Sends everybody away who waits: the model is gone. */
    void clear() {
        news.tellRetired(takeAll());
    }

    /** Sends everybody away who waits: there is no thread to run anything on. */
    void strand() {
        List<Leaver> leavers = takeAll().stream()
                .map(ticket -> new Leaver(ticket, Shed.THREADLESS))
                .toList();
        news.tellElsewhere(leavers, this);
    }

    private List<Ticket> takeAll() {
        List<Ticket> all = new ArrayList<>();
        lock.lock();
        try {
            queue.forEach(all::add);
            all.forEach(queue::remove);
            waiting = 0;
        } finally {
            lock.unlock();
        }
        return all;
    }

    /** Frees what it kept. Nobody may be in it, and nothing may be running. */
    void close() {
        lock.lock();
        try {
            alarm.cancel();
            blocks.forEach(RowBlock::close);
            blocks.clear();
        } finally {
            lock.unlock();
        }
    }
}
