package io.mlops4j.internal.json;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.internal.Text;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes the events of a log as JSON objects whose field {@code event} says which record the rest is. The names are
 * given here, once; a class is never named by the data.
 *
 * <p>Immutable.
 *
 * @param <E> the events, a closed set of records
 */
public final class EventCodec<E> {
    private final Map<String, Class<? extends E>> types;
    private final Map<Class<?>, String> names = new HashMap<>();

    /**
     * Makes a codec.
     *
     * @param types the records by the name that each has in a log; a format: add, but do not rename
     */
    public EventCodec(Map<String, Class<? extends E>> types) {
        this.types = Map.copyOf(types);
        this.types.forEach((name, type) -> names.put(type, name));
    }

    /** The part that every event has. */
    private record Named(String event) {}

    /**
     * The records that have a name.
     *
     * @return a copy
     */
    public Set<Class<?>> known() {
        return Set.copyOf(names.keySet());
    }

    /**
     * Writes an event.
     *
     * @param event one of the records
     * @return its JSON in UTF-8
     */
    public byte[] write(E event) {
        String name =
                requireNonNull(names.get(event.getClass()), event.getClass().getName());
        return Json.write("event", name, event);
    }

    /**
     * Reads an event.
     *
     * @param what what is read, for the message
     * @param bytes the JSON
     * @return the event
     * @throws CorruptionException if the bytes are no event, or one that a newer version wrote
     */
    public E read(String what, byte[] bytes) {
        String name = String.valueOf(Json.read(what, bytes, Named.class).event());
        Class<? extends E> type = types.get(name);
        if (type == null) {
            throw new CorruptionException("Cannot read " + what + ": its event " + Text.quote(name)
                    + " is unknown; it may have been written by a newer version");
        }
        return Json.read(what, bytes, type);
    }
}
