package io.mlops4j.testkit;

import io.mlops4j.testkit.ModelSpecification.Ask;
import io.mlops4j.testkit.ModelSpecification.Known;
import java.util.Map;
import java.util.TreeMap;

/** What one model of a registry does: counts its versions, and moves its aliases only from where they are expected. */
final class ModelSpecification implements Specification<Known, Ask, String> {
    static final String CONFLICT = "conflict";
    static final String NOT_FOUND = "not found";
    static final String STAYS = "stays";
    /** In place of a version: it is not asked where the alias points. */
    static final int ANYWHERE = -1;
    /** In place of a version: the alias points at none. */
    static final int NOWHERE = 0;

    /** What is asked of the model. */
    enum Verb {
        REGISTER,
        COUNT,
        MOVE,
        RESOLVE
    }

    record Ask(Verb verb, String alias, int expected, int target) {
        @Override
        public String toString() {
            return switch (verb) {
                case REGISTER, COUNT -> verb.toString();
                case MOVE -> "MOVE " + alias + " from " + expected + " to " + target;
                case RESOLVE -> "RESOLVE " + alias;
            };
        }
    }

    static Ask register() {
        return new Ask(Verb.REGISTER, "", NOWHERE, NOWHERE);
    }

    static Ask count() {
        return new Ask(Verb.COUNT, "", NOWHERE, NOWHERE);
    }

    static Ask move(String alias, int expected, int target) {
        return new Ask(Verb.MOVE, alias, expected, target);
    }

    static Ask resolve(String alias) {
        return new Ask(Verb.RESOLVE, alias, NOWHERE, NOWHERE);
    }

    static String version(int number) {
        return "version " + number;
    }

    static String movedFrom(int number) {
        return "moved from " + number;
    }

    /** Versions are numbered from 1. */
    record Known(int versions, Map<String, Integer> aliases) {
        Known {
            aliases = Map.copyOf(aliases);
        }

        int at(String alias) {
            return aliases.getOrDefault(alias, NOWHERE);
        }

        Known with(String alias, int version) {
            var moved = new TreeMap<>(aliases);
            moved.put(alias, version);
            return new Known(versions, moved);
        }
    }

    @Override
    public Known initial() {
        return new Known(0, Map.of());
    }

    @Override
    public Step<Known, String> step(Known state, Ask ask) {
        return switch (ask.verb()) {
            case REGISTER ->
                new Step<>(new Known(state.versions() + 1, state.aliases()), version(state.versions() + 1));
            case COUNT -> new Step<>(state, version(state.versions()));
            case RESOLVE -> new Step<>(state, version(state.at(ask.alias())));
            case MOVE -> move(state, ask);
        };
    }

    private static Step<Known, String> move(Known state, Ask ask) {
        int now = state.at(ask.alias());
        if (ask.expected() != ANYWHERE && ask.expected() != now) {
            return new Step<>(state, CONFLICT);
        }
        if (ask.target() > state.versions()) {
            return new Step<>(state, NOT_FOUND);
        }
        return ask.target() == now
                ? new Step<>(state, STAYS)
                : new Step<>(state.with(ask.alias(), ask.target()), movedFrom(now));
    }
}
