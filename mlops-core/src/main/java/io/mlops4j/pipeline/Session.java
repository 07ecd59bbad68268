package io.mlops4j.pipeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;

/**
 * One walk through a {@link StateMachine}.
 *
 * <p>Every try to move adds one to the counter {@value #COUNTER} and its duration, guards and entry action included, to
 * the timer {@value #TIMER}, tagged with {@code machine}, {@code from}, {@code to} (as requested) and {@code result}:
 * {@code ok}, {@code refused}, {@code failed} (the entry action threw) or {@code illegal}.
 *
 * <p>Confined to one thread at a time.
 *
 * @param <S> the states
 * @param <C> what guards and actions look at
 */
public final class Session<S extends Enum<S>, C> {
    /** The name of the counter of tries to move. */
    public static final String COUNTER = "mlops.statemachine.transitions";

    /** The name of the timer of tries to move. */
    public static final String TIMER = "mlops.statemachine.transition";

    private final StateMachine<S, C> machine;
    private final C context;
    private final MeterRegistry meters;
    private S state;

    Session(StateMachine<S, C> machine, S state, C context, MeterRegistry meters) {
        this.machine = machine;
        this.state = state;
        this.context = context;
        this.meters = meters;
    }

    /**
     * Where the session is.
     *
     * @return the state
     */
    public S state() {
        return state;
    }

    /**
     * Tries to move. Guards are asked in order; the first that objects sends the session to the failure state, or
     * leaves it where it is if the machine has none. The entry action of the state that is reached runs before the
     * session counts as being there; if it throws, the session stays where it was.
     *
     * @param to where
     * @return what happened
     * @throws IllegalTransitionException if the table has no such move; nothing was run
     */
    public Transition<S> moveTo(S to) {
        S from = state;
        Timer.Sample sample = Timer.start(meters);
        String result = "failed";
        try {
            Optional<Transition.Refusal> refusal = machine.refusal(from, to, context);
            S reached = refusal.isEmpty() ? to : machine.afterRefusal(from);
            var move = new Transition<>(from, to, reached, refusal);
            if (reached != from || refusal.isEmpty()) {
                machine.enter(move, context);
            }
            state = reached;
            result = refusal.isEmpty() ? "ok" : "refused";
            return move;
        } catch (IllegalTransitionException e) {
            result = "illegal";
            throw e;
        } finally {
            Tags tags = Tags.of("machine", machine.name(), "from", from.name(), "to", to.name(), "result", result);
            sample.stop(meters.timer(TIMER, tags));
            Counter.builder(COUNTER).tags(tags).register(meters).increment();
        }
    }
}
