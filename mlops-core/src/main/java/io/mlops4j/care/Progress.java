package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

/**
 * How far a verification has come in one room. The totals are those of its beginning: writers may add to them.
 *
 * <p>Immutable.
 *
 * @param room where it is
 * @param items objects done, 0 or more
 * @param totalItems objects to do
 * @param bytes bytes of blobs done; 0 in other rooms
 * @param totalBytes bytes of blobs to do; 0 in other rooms
 */
public record Progress(Room room, long items, long totalItems, long bytes, long totalBytes) {
    /** Checks that the room is there. */
    public Progress {
        requireNonNull(room, "room");
    }

    /**
     * Hears how far a verification has come: after each object, and some times a second within large ones. It is called
     * on the verifying thread, so be quick; what it throws ends the verification.
     */
    @FunctionalInterface
    public interface Listener {
        /**
         * Something was done.
         *
         * @param progress how far it has come
         */
        void progressed(Progress progress);
    }
}
