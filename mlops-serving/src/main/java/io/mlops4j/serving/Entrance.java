package io.mlops4j.serving;

import io.mlops4j.serving.BadNews.Leaver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may enter a queue, and who gives way to whom.
 *
 * <p>Confined to one thread at a time: it belongs to the lock of its {@link WaitingRoom}.
 */
final class Entrance {
    private final Overload options;
    private final int maxRows;
    private final Instances instances;
    private final FairQueue queue;
    private final CostModel cost;

    Entrance(Overload options, int maxRows, Instances instances, FairQueue queue, CostModel cost) {
        this.options = options;
        this.maxRows = maxRows;
        this.instances = instances;
        this.queue = queue;
        this.cost = cost;
    }

    /**
     * Makes room for a newcomer.
     *
     * @param leavers who gives way is taken out of the queue and added here
     * @return why it may not enter, or null if it may
     */
    @Nullable Shed refusal(Ask newcomer, long now, List<Leaver> leavers) {
        if (newcomer.left(now) <= 0) {
            return Shed.EXPIRED;
        }
        if (queue.tickets() == 0) {
            return null; // nobody is in its way; and a cost that was learned in bad times must be learned anew
        }
        if (cannotBeMet(newcomer, now)) {
            return Shed.HOPELESS;
        }
        if (newcomer.rows() > options.queueRows() || newcomer.bytes() > options.queueBytes()) {
            return Shed.FULL;
        }
        while (!hasRoom(newcomer)) {
            Ticket victim = queue.victim(newcomer);
            if (victim == null) {
                takeBack(leavers);
                return Shed.FULL;
            }
            queue.remove(victim);
            leavers.add(new Leaver(victim, Shed.DISPLACED));
        }
        return null;
    }

    private boolean hasRoom(Ask newcomer) {
        return newcomer.rows() <= options.queueRows() - queue.rows()
                && newcomer.bytes() <= options.queueBytes() - queue.bytes();
    }

    /** Nobody gives way in vain. Each was the last of its chain, so they go back in the order opposite to their leaving. */
    private void takeBack(List<Leaver> leavers) {
        for (int i = leavers.size() - 1; i >= 0; i--) {
            queue.add(leavers.get(i).ticket());
        }
        leavers.clear();
    }

    private boolean cannotBeMet(Ask newcomer, long now) {
        long left = newcomer.left(now);
        if (left == Long.MAX_VALUE || !cost.isKnown()) {
            return false;
        }
        long own = own(newcomer);
        return needed(queue.rows()) + own > left && needed(queue.rowsBefore(newcomer)) + own > left;
    }

    /**
     * How long the run takes in which a newcomer rides, and until an instance is free to begin with those before it. In a
     * long queue that run is a full batch, whoever else is in it: a request let in with less time to spare would make its
     * batch smaller, and all that wait behind it pay.
     */
    private long own(Ask newcomer) {
        if (maxRows == 1) {
            return cost.nanos(newcomer.rows(), 1);
        }
        long riding = Math.min(maxRows, queue.rows() + newcomer.rows());
        long ride = cost.nanos(Math.max(riding, newcomer.rows()), batches(newcomer.rows()));
        return ride + cost.nanos((int) riding) / instances.limit() + cost.margin();
    }

    /**
     * How long it takes, as runs go now, until all that waits has been run. If none has ended yet, as long as somebody waits
     * already: those who ask again and again then do so after twice the time, each time.
     */
    long drain(long now) {
        long guess = cost.guess(queue.rows(), runs(queue.rows())) / instances.limit();
        return guess > 0 ? guess : queue.longestWait(now);
    }

    /** How long rows take that wait; 0 if not known. */
    private long needed(long rows) {
        return cost.nanos(rows, runs(rows)) / instances.limit();
    }

    /** Full batches; or each request by itself, if the model is not batched. */
    private double runs(long rows) {
        return maxRows > 1 ? batches(rows) : (double) rows * queue.tickets() / Math.max(1, queue.rows());
    }

    private double batches(long rows) {
        return Math.ceil((double) rows / maxRows);
    }
}
