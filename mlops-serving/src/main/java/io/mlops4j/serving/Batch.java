package io.mlops4j.serving;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tickets that are run together, from the moment they leave the queue.
 *
 * <p>The members and the signal may be read by any thread; the rest is confined to the one that runs the batch.
 */
final class Batch {
    private final List<Ticket> members;
    private final int rows;
    private final boolean timed;
    private final StopSignal signal;
    private @Nullable RowBlock block;
    private long nanos;

    /**
     * Makes a batch.
     *
     * @param members one or more, with equal keys
     * @param block memory for rows, if some stands ready
     */
    Batch(List<Ticket> members, @Nullable RowBlock block) {
        this.members = members;
        this.block = block;
        int count = 0;
        int deadlines = 0;
        for (Ticket member : members) {
            count += member.ask().rows();
            deadlines += member.ask().isTimed() ? 1 : 0;
        }
        this.rows = count;
        this.timed = deadlines > 0;
        // If one member waits for as long as it takes, nobody will ever call the run off.
        this.signal = deadlines == members.size() ? new StopSignal() : StopSignal.never();
    }

    List<Ticket> members() {
        return members;
    }

    int rows() {
        return rows;
    }

    /** Whether a member has a deadline. */
    boolean isTimed() {
        return timed;
    }

    StopSignal signal() {
        return signal;
    }

    /** Whether the time of all its members is over. */
    boolean isAbandoned(long now) {
        return signal.isPossible()
                && members.stream().allMatch(member -> member.ask().left(now) <= 0);
    }

    /** Those of some tickets that still wait for an answer. */
    static List<Ticket> waiting(List<Ticket> tickets) {
        boolean all = true;
        for (Ticket ticket : tickets) {
            all &= !ticket.isSettled();
        }
        if (all) {
            return tickets;
        }
        List<Ticket> waiting = new ArrayList<>(tickets);
        waiting.removeIf(Ticket::isSettled);
        return waiting;
    }

    @Nullable RowBlock block() {
        return block;
    }

    void block(RowBlock made) {
        block = made;
    }

    /** How long the run took; 0 if it failed. */
    long nanos() {
        return nanos;
    }

    void took(long value) {
        nanos = value;
    }
}
