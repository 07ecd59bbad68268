package io.mlops4j.serving;

/** The cause of a rejection that is this server's own: its memory budget has no room, and another server's may have. */
final class NoRoom extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoRoom(String message) {
        super(message, null, false, false);
    }

    static boolean isCauseOf(Throwable e) {
        return e.getCause() instanceof NoRoom;
    }
}
