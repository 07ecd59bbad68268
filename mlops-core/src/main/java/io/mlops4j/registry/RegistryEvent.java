package io.mlops4j.registry;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import java.util.List;

/**
 * What can happen in a registry, as its log holds it: a JSON object whose {@code type} says which of these records the
 * rest is. Fields may be added; an older reader passes them over. A new type stops an older reader, as it could not
 * know what it misses.
 */
sealed interface RegistryEvent {
    /** What the field {@code type} holds. */
    String type();

    /** A version came to be. */
    record Registered(String type, StoredVersion version) implements RegistryEvent {
        static final String TYPE = "registered";

        static Registered of(StoredVersion version) {
            return new Registered(TYPE, version);
        }
    }

    /** Aliases moved, all at once. */
    record Moved(String type, List<StoredMove> moves) implements RegistryEvent {
        static final String TYPE = "moved";

        static Moved of(StoredMove move) {
            return new Moved(TYPE, List.of(move));
        }

        public Moved {
            moves = List.copyOf(moves);
        }
    }

    /** The part that every event has. */
    record Typed(String type) {}

    static RegistryEvent read(String what, byte[] bytes) {
        String type = String.valueOf(Json.read(what, bytes, Typed.class).type());
        return switch (type) {
            case Registered.TYPE -> Json.read(what, bytes, Registered.class);
            case Moved.TYPE -> Json.read(what, bytes, Moved.class);
            default ->
                throw new CorruptionException("Cannot read " + what + ": its type " + Text.quote(type)
                        + " is unknown; it may have been written by a newer version");
        };
    }
}
