package io.mlops4j.testkit;

import io.mlops4j.testkit.ObjectSpecification.Ask;
import java.util.Optional;

/** What one key of an object store does: holds a text from the put that created it to the delete that removes it. */
final class ObjectSpecification implements Specification<Optional<String>, Ask, String> {
    static final String CREATED = "created";
    static final String EXISTS = "exists";
    static final String ABSENT = "absent";
    static final String LISTED = "listed";
    static final String DELETED = "deleted";

    /** What is asked of the key. */
    enum Verb {
        PUT,
        GET,
        /** Whether a listing holds the key: a listing of many keys is as many questions, each answered at a time. */
        LIST,
        DELETE
    }

    record Ask(Verb verb, String text) {
        @Override
        public String toString() {
            return verb + (text.isEmpty() ? "" : " " + text);
        }
    }

    static Ask put(String text) {
        return new Ask(Verb.PUT, text);
    }

    static Ask get() {
        return new Ask(Verb.GET, "");
    }

    static Ask list() {
        return new Ask(Verb.LIST, "");
    }

    static Ask delete() {
        return new Ask(Verb.DELETE, "");
    }

    @Override
    public Optional<String> initial() {
        return Optional.empty();
    }

    @Override
    public Step<Optional<String>, String> step(Optional<String> state, Ask ask) {
        return switch (ask.verb()) {
            case PUT -> state.isPresent() ? new Step<>(state, EXISTS) : new Step<>(Optional.of(ask.text()), CREATED);
            case GET -> new Step<>(state, state.orElse(ABSENT));
            case LIST -> new Step<>(state, state.isPresent() ? LISTED : ABSENT);
            case DELETE -> new Step<>(Optional.empty(), DELETED);
        };
    }
}
