package io.mlops4j.serving;

import io.mlops4j.OverloadedException;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Tells those who were turned away why, and when to come back. Not to be called under a lock: who is told may be code
 * of the host.
 *
 * <p>Thread-safe.
 */
final class BadNews {
    private static final Duration SOONEST_RETRY = Duration.ofMillis(1);

    /** Threads come and go more slowly than rows. */
    private static final Duration SOONEST_THREAD = Duration.ofMillis(100);

    private final VersionId version;
    private final Overload options;
    private final QueueMeters meters;
    private final Executor tellers;

    /** Somebody who must be told that it is not going to be answered. */
    record Leaver(Ticket ticket, Shed why) {
        /** Whether telling it runs no code of the host. */
        boolean isWaiting() {
            return ticket instanceof Tickets.Waiting;
        }
    }

    /**
     * Makes a teller.
     *
     * @param tellers where the host's code runs
     */
    BadNews(VersionId version, Overload options, QueueMeters meters, Executor tellers) {
        this.version = version;
        this.options = options;
        this.meters = meters;
        this.tellers = new Tellers(tellers);
    }

    /** Tells somebody on this thread. */
    void tell(Leaver leaver, WaitingRoom room) {
        Throwable why = leaver.why() == Shed.EXPIRED ? leaver.ticket().ask().tooLate() : overloaded(leaver.why(), room);
        if (leaver.ticket().fail(why)) {
            meters.shed(leaver.why());
        }
    }

    /** Tells those whose threads wait, and lets a worker tell the others: they may run any code of the host. */
    void tellElsewhere(List<Leaver> leavers, WaitingRoom room) {
        List<Leaver> others = new ArrayList<>(0);
        for (Leaver leaver : leavers) {
            if (leaver.isWaiting()) {
                tell(leaver, room);
            } else {
                others.add(leaver);
            }
        }
        if (!others.isEmpty()) {
            tellers.execute(() -> others.forEach(leaver -> tell(leaver, room)));
        }
    }

    /** Tells all that the model is gone, on a worker. */
    void tellRetired(List<Ticket> all) {
        if (!all.isEmpty()) {
            var why = new InferenceException(
                    "Cannot run a request to model " + version + ": the model was retired and stopped", null);
            tellers.execute(() -> all.forEach(ticket -> ticket.fail(why)));
        }
    }

    private OverloadedException overloaded(Shed why, WaitingRoom room) {
        Duration drained = Duration.ofNanos(room.nanosToDrain());
        Duration soonest = why == Shed.THREADLESS ? SOONEST_THREAD : SOONEST_RETRY;
        return new OverloadedException(
                "Cannot run a request to model " + version + ": " + why.because() + " (" + room.rows()
                        + " rows wait of " + options.queueRows() + " that may)",
                drained.compareTo(soonest) < 0 ? soonest : drained);
    }
}
