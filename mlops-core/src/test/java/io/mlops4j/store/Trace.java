package io.mlops4j.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was done to a disk, step by step, together with what its users were promised at each step. Bytes are kept as
 * Latin-1 text. Confined to one thread at a time.
 */
final class Trace {
    private final List<Event> events = new ArrayList<>();
    private final Map<Path, Integer> files = new HashMap<>();
    private Map<Key, Set<Optional<String>>> promises = Map.of();
    private int next;

    /** What a name stands for. */
    enum Kind {
        ABSENT,
        FOLDER,
        FILE
    }

    /** What a name stands for, with the number of the file if it is one. */
    record Target(Kind kind, int file) {
        static final Target ABSENT = new Target(Kind.ABSENT, 0);
        static final Target FOLDER = new Target(Kind.FOLDER, 0);
    }

    /** One step. */
    sealed interface Event {}

    /** A name comes to stand for something else. */
    record Named(Path name, Target target) implements Event {}

    /** Bytes are appended to a file. */
    record Wrote(int file, String bytes) implements Event {}

    /** A file's content is forced, from a place in the code. */
    record ForcedFile(int file, String site) implements Event {}

    /** A folder's entries are forced, from a place in the code. */
    record ForcedFolder(Path folder, String site) implements Event {}

    /** From here on, each key may hold one of these contents, or be absent; all other keys must be absent. */
    record Promised(Map<Key, Set<Optional<String>>> allowed) implements Event {}

    List<Event> events() {
        return events;
    }

    int size() {
        return events.size();
    }

    int created(Path name) {
        int file = ++next;
        name(name, file);
        return file;
    }

    void linked(Path name, Path file) {
        name(name, files.getOrDefault(file, 0));
    }

    private void name(Path name, int file) {
        files.put(name, file);
        events.add(new Named(name, new Target(Kind.FILE, file)));
    }

    void unlinked(Path name) {
        if (files.remove(name) != null) {
            events.add(new Named(name, Target.ABSENT));
        }
    }

    void madeFolder(Path name) {
        events.add(new Named(name, Target.FOLDER));
    }

    void add(Event event) {
        events.add(event);
    }

    /** A put begins: its content may come to be there. */
    void mayHold(Key key, String content) {
        Set<Optional<String>> allowed = allowed(key);
        allowed.add(Optional.of(content));
        promise(key, allowed);
    }

    /** A put said that it has created this. */
    void holds(Key key, String content) {
        promise(key, Set.of(Optional.of(content)));
    }

    /** A put said that the key is taken, by whatever may be there. */
    void isTaken(Key key) {
        Set<Optional<String>> allowed = allowed(key);
        allowed.remove(Optional.<String>empty());
        promise(key, allowed);
    }

    /** A delete begins. */
    void mayBeGone(Key key) {
        Set<Optional<String>> allowed = allowed(key);
        allowed.add(Optional.empty());
        promise(key, allowed);
    }

    /** A delete has returned. */
    void isGone(Key key) {
        promise(key, Set.of(Optional.empty()));
    }

    private Set<Optional<String>> allowed(Key key) {
        return new HashSet<>(promises.getOrDefault(key, Set.of(Optional.empty())));
    }

    private void promise(Key key, Set<Optional<String>> allowed) {
        var next = new LinkedHashMap<>(promises);
        next.put(key, Set.copyOf(allowed));
        promises = next;
        events.add(new Promised(next));
    }
}
