package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * One entry of a {@link CommitLog}: an event, who wrote it and when, and the hash of the entry before it.
 *
 * <p>Immutable.
 */
public final class Commit {
    private final Header header;
    private final byte[] event;
    private final Digest hash;

    Commit(Header header, byte[] event, Digest hash) {
        this.header = header;
        this.event = event;
        this.hash = hash;
    }

    /**
     * What is known of a commit beside its event.
     *
     * @param schema the version of the format, now 1
     * @param number counts from 1, without gaps
     * @param writer identifies the log object that wrote it
     * @param attempt counts the appends of that writer; with {@code writer} it identifies the commit
     * @param time when it was written, by the writer's clock
     * @param previous the hash of the commit before it, or {@link CommitLog.Position#START}'s for the first
     */
    record Header(int schema, long number, String writer, long attempt, Instant time, Digest previous) {
        Header {
            requireNonNull(writer, "writer");
            requireNonNull(time, "time");
            requireNonNull(previous, "previous");
        }

        boolean sameWrite(Header other) {
            return writer.equals(other.writer) && attempt == other.attempt;
        }
    }

    Header header() {
        return header;
    }

    /**
     * The commit's number.
     *
     * @return counts from 1, without gaps
     */
    public long number() {
        return header.number();
    }

    /**
     * Identifies the writer.
     *
     * @return unique to one {@link CommitLog} object
     */
    public String writer() {
        return header.writer();
    }

    /**
     * When it was written, by the writer's clock; clocks may disagree, the numbers may not.
     *
     * @return the time
     */
    public Instant time() {
        return header.time();
    }

    /**
     * The hash of the commit before it, which chains the log.
     *
     * @return for the first commit that of {@link CommitLog.Position#START}
     */
    public Digest previous() {
        return header.previous();
    }

    /**
     * The event.
     *
     * @return a copy of its bytes
     */
    public byte[] event() {
        return event.clone();
    }

    /**
     * The position after this commit, from which the next one is read or appended.
     *
     * @return number and hash of this commit
     */
    public CommitLog.Position position() {
        return new CommitLog.Position(number(), hash);
    }

    /** Writes the number and the event as text. */
    @Override
    public String toString() {
        return "commit " + number() + " " + new String(event, StandardCharsets.UTF_8);
    }
}
