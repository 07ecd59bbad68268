package io.mlops4j.care;

import io.mlops4j.model.Digest;
import io.mlops4j.store.Key;
import io.mlops4j.store.Prefix;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rooms of a store: what the first segment of a key says about the object. */
public enum Room {
    /** Files of versions and runs, each under the digest of its bytes. */
    BLOBS("blobs", "blobs/sha256/([0-9a-f]{2})/([0-9a-f]{62})"),
    /** Commits of logs, in which everything is written down that ever happened. */
    LOGS("logs", "logs/(.+)/(0[0-9]{19})"),
    /** States of logs, kept so that opening them is fast. */
    CHECKPOINTS("checkpoints", "checkpoints/(.+)/(0[0-9]{19})"),
    /** Blobs whose bytes were not what their digests name, put aside. */
    QUARANTINE("quarantine", "quarantine/([0-9a-f]{64})/.+"),
    /** Marks of the collector of garbage. */
    GARBAGE("garbage", "garbage/([0-9a-f]{64})/(?:tombstone|keep|claim)"),
    /** Everything else: not of this library, or not of this version of it. */
    OTHER("", "(?!)");

    private final String folder;
    private final Pattern form;

    Room(String folder, String form) {
        this.folder = folder;
        this.form = Pattern.compile(form);
    }

    /** The room that a key belongs to by its whole form. */
    static Room of(Key key) {
        for (Room room : values()) {
            if (room.match(key).matches()) {
                return room.isNumbered() && room.place(key).isEmpty() ? OTHER : room;
            }
        }
        return OTHER;
    }

    private boolean isNumbered() {
        return this == LOGS || this == CHECKPOINTS;
    }

    /** All keys that begin as those of this room do. */
    Prefix prefix() {
        return this == OTHER ? Prefix.all() : Prefix.of(folder);
    }

    private Matcher match(Key key) {
        return form.matcher(key.value());
    }

    static Key blob(Digest digest) {
        return Key.of("blobs/sha256", digest.hex().substring(0, 2), digest.hex().substring(2));
    }

    /** What a blob's key says its bytes are, or empty if it is no key of a blob. */
    static Optional<Digest> digest(Key key) {
        Matcher match = BLOBS.match(key);
        return match.matches() ? Optional.of(new Digest(match.group(1) + match.group(2))) : Optional.empty();
    }

    /** The blob that a mark of the collector is about, or empty if it is no key of a mark. */
    static Optional<Digest> marked(Key key) {
        Matcher match = GARBAGE.match(key);
        return match.matches() ? Optional.of(new Digest(match.group(1))) : Optional.empty();
    }

    /** The log and the number in the key of a commit or checkpoint, or empty if it is neither. */
    Optional<Place> place(Key key) {
        Matcher match = match(key);
        if (!match.matches()) {
            return Optional.empty();
        }
        // Nineteen digits after the zero: at most 9,999,999,999,999,999,999, which may be more than a long holds.
        try {
            long number = Long.parseLong(match.group(2));
            return number > 0 ? Optional.of(new Place(match.group(1), number)) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A place in a log. */
    record Place(String log, long number) {}
}
