package io.mlops4j.store.s3;

import java.time.Duration;

/**
 * What a {@link FaultyLine} does to one request.
 *
 * <p>Immutable.
 *
 * @param kind what happens
 * @param amount a status, a number of bytes or of milliseconds; for kinds that have none, zero
 */
public record Fault(Kind kind, long amount) {
    /** What can happen. */
    public enum Kind {
        /** Nothing. */
        NONE,
        /** The server never gets it, and the client never a reply. */
        REQUEST_LOST,
        /** The server does it; the client never gets a reply. */
        REPLY_LOST,
        /** The client's connection ends at once; the server gets the request some milliseconds later. */
        LANDS_LATE,
        /** The server gets the request, and the client the reply, some milliseconds later. */
        DELAYED,
        /** The server never gets it; the client gets a status. */
        ANSWERED,
        /** The server does it; the client gets a status that is not the server's. */
        DONE_BUT_ANSWERED,
        /** The client gets so many bytes of the reply, then a reset. */
        REPLY_CUT
    }

    /** Nothing happens. */
    public static final Fault NONE = new Fault(Kind.NONE, 0);

    /** The server never gets it, and the client never a reply. */
    public static final Fault REQUEST_LOST = new Fault(Kind.REQUEST_LOST, 0);

    /** The server does it; the client never gets a reply. */
    public static final Fault REPLY_LOST = new Fault(Kind.REPLY_LOST, 0);

    /** The client's connection ends at once; the server gets the request later. */
    public static Fault landsAfter(Duration delay) {
        return new Fault(Kind.LANDS_LATE, delay.toMillis());
    }

    /** All goes well, but later. */
    public static Fault delayedBy(Duration delay) {
        return new Fault(Kind.DELAYED, delay.toMillis());
    }

    /** The server never gets it; the client gets a status. */
    public static Fault answered(int status) {
        return new Fault(Kind.ANSWERED, status);
    }

    /** The server does it; the client gets a status that is not the server's. */
    public static Fault doneButAnswered(int status) {
        return new Fault(Kind.DONE_BUT_ANSWERED, status);
    }

    /** The client gets so many bytes of the reply, head included, then a reset. */
    public static Fault cutAfter(long bytes) {
        return new Fault(Kind.REPLY_CUT, bytes);
    }
}
