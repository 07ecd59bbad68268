package io.mlops4j.training;

import java.util.Optional;
import java.util.function.Function;

/** A trigger of a name and a question. Immutable. */
record NamedTrigger(String name, Function<Situation, Optional<String>> reason) implements Trigger {
    @Override
    public Optional<Ask> check(Situation situation) {
        return reason.apply(situation).map(text -> new Ask(name, text, Optional.empty()));
    }
}
