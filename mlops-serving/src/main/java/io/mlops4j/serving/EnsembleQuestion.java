package io.mlops4j.serving;

import io.mlops4j.RejectedInputException;
import io.mlops4j.internal.Text;
import io.mlops4j.model.Value;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A request to an ensemble, and what each of its steps is given.
 *
 * <p>Immutable.
 *
 * @param ensemble who is asked
 * @param request the question
 * @param start {@link System#nanoTime()} when it was asked
 */
record EnsembleQuestion(Ensemble ensemble, Request request, long start) {
    /** Checks that it gives what the ensemble takes. */
    void check() {
        Set<String> expected = ensemble.inputs();
        if (!request.inputs().keySet().equals(expected)) {
            throw new RejectedInputException("Cannot answer ensemble " + ensemble.name() + ": the request has inputs "
                    + quoted(request.inputs().keySet()) + ", expected " + quoted(expected));
        }
        request.policy()
                .filter(policy -> !ensemble.models().contains(policy.model()))
                .ifPresent(policy -> {
                    throw new IllegalArgumentException("Cannot answer ensemble " + ensemble.name() + " by " + policy
                            + ": expected a policy of one of " + ensemble.models());
                });
    }

    private static List<String> quoted(Collection<String> names) {
        return names.stream().limit(32).map(Text::quote).toList();
    }

    /** What wires bring, of what the request and the steps before have given. */
    Map<String, Value> values(Map<String, Wire> wires, Map<String, Map<String, Value>> given) {
        Map<String, Value> values = new LinkedHashMap<>();
        wires.forEach((name, wire) -> {
            Map<String, Value> from = wire.step().map(given::get).orElse(request.inputs());
            Value value = from.get(wire.name());
            if (value == null) {
                throw new InferenceException(
                        "Cannot answer ensemble " + ensemble.name() + ": there is no " + wire
                                + ", expected a value for " + Text.quote(name),
                        null);
            }
            values.put(name, value);
        });
        return Collections.unmodifiableMap(values);
    }

    /** Calls a step that is a function, on this thread. */
    Map<String, Value> call(Step step, Map<String, Value> inputs) {
        requireTime();
        Map<String, Value> outputs = step.call(inputs);
        Set<String> given = new TreeSet<>();
        if (outputs != null) {
            outputs.forEach((name, value) -> {
                if (name != null && value != null) {
                    given.add(name);
                }
            });
        }
        if (outputs == null || !given.containsAll(step.outputs())) {
            throw new InferenceException(
                    "the function gave " + (outputs == null ? "null" : quoted(given)) + ", expected "
                            + quoted(step.outputs()),
                    null);
        }
        return outputs;
    }

    /** What a step asks of the version that is pinned for it. */
    Request to(Snapshot.Pin pin, Map<String, Value> inputs) {
        return timed(request.asking(inputs).by(VersionPolicy.pinned(pin.served().version())));
    }

    /** A step's request, within what is left of the whole one's time. */
    Request timed(Request question) {
        if (!isTimed()) {
            return question;
        }
        Duration left = requireTime();
        return question.timeout().filter(time -> time.compareTo(left) < 0).isPresent()
                ? question
                : question.within(left);
    }

    private Duration requireTime() {
        long left = left();
        if (left <= 0) {
            throw new DeadlineExceededException(
                    "the " + request.timeout().orElseThrow() + " of the request were over before it began", null);
        }
        return Duration.ofNanos(left);
    }

    /** Whether there is a deadline; one in a century is none. */
    private boolean isTimed() {
        return budget() < Long.MAX_VALUE / 2;
    }

    /** What is left until the deadline in nanoseconds, negative when it is over; enough for ever if there is none. */
    long left() {
        return isTimed() ? budget() - (System.nanoTime() - start) : Long.MAX_VALUE;
    }

    private long budget() {
        return request.timeout().map(TimeUnit.NANOSECONDS::convert).orElse(Long.MAX_VALUE);
    }
}
