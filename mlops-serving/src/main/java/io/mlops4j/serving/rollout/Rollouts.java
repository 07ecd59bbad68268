package io.mlops4j.serving.rollout;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a server carries rollouts out: which registry's aliases it moves, where the journal is that replicas share, what it can
 * see of a model's answers.
 *
 * <pre>{@code
 * ModelServer.of(registry)
 *         .serve(rides.alias("champion"))
 *         .rollouts(Rollouts.of(registry, store).signals(rides, Signals.none().outcomes(joiner, loss)))
 *         .start();
 * server.rollout(rides, v4.id(), Rollout.canary());
 * }</pre>
 *
 * <p>The journal of a model is the log {@code rollouts/<model>} of the store. A server whose store has a rollout of an alias
 * that it serves takes part in it: also one that is started later, or again. One whose memory budget has no room for the
 * candidate serves the incumbent alone, and tries again now and then.
 *
 * <p>Immutable.
 */
public final class Rollouts {
    /**
     * The gate under whose name a candidate's record in the registry holds how its last rollout ended, with the evidence:
     * passed if the guardrails allowed the promotion, failed if it was rolled back, inconclusive if somebody aborted it or
     * moved the alias. A promotion policy may demand it. What compares nothing leaves no verdict.
     */
    public static final String GATE = "rollout";

    /**
     * The gate under whose name a candidate's record in the registry holds all that was decided in its rollouts, in the changes
     * of the record: steps, holds, a lack of data and what somebody told the rollout to do, each inconclusive and with its
     * evidence; and the end, as {@link #GATE} does. The replica that decided writes it when it looks next, and tries again while
     * the registry cannot be reached. If it ends before it could, the journal alone has the decision; see
     * {@link RolloutRun#history()}.
     */
    public static final String COURSE_GATE = "rollout-course";

    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(5);

    private final ModelRegistry registry;
    private final ObjectStore store;
    private final Clock clock;
    private final Optional<Duration> interval;
    private final Map<ModelName, Signals> signals;

    private Rollouts(
            ModelRegistry registry,
            ObjectStore store,
            Clock clock,
            Optional<Duration> interval,
            Map<ModelName, Signals> signals) {
        this.registry = registry;
        this.store = store;
        this.clock = clock;
        this.interval = interval;
        this.signals = signals;
    }

    /**
     * Rolls out versions of a registry.
     *
     * @param registry has the aliases; stays the caller's
     * @param store holds the journal, the same for all replicas; stays the caller's
     * @return with the system's clock, looking every five seconds
     */
    public static Rollouts of(ModelRegistry registry, ObjectStore store) {
        return new Rollouts(
                requireNonNull(registry, "registry"),
                requireNonNull(store, "store"),
                Clock.systemUTC(),
                Optional.of(DEFAULT_INTERVAL),
                Map.of());
    }

    /**
     * Says what time it is. Default: the system's clock.
     *
     * @param source times the steps
     * @return with it
     */
    public Rollouts clock(Clock source) {
        return new Rollouts(registry, store, requireNonNull(source, "source"), interval, signals);
    }

    /**
     * Says how often to look, on a thread of the server. Default: every five seconds.
     *
     * @param time from the end of one look to the beginning of the next, above zero
     * @return with it
     * @throws IllegalArgumentException if not above zero
     */
    public Rollouts every(Duration time) {
        if (time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException("Invalid interval " + time + ": expected above zero");
        }
        return new Rollouts(registry, store, clock, Optional.of(time), signals);
    }

    /**
     * Looks only when {@link RolloutRun#tick()} or the server's {@code tickRollouts} is called, for a host with a scheduler of
     * its own.
     *
     * @return without a thread
     */
    public Rollouts byHand() {
        return new Rollouts(registry, store, clock, Optional.empty(), signals);
    }

    /**
     * Says what can be seen of a model's answers. Default: failures and times only.
     *
     * @param model the model
     * @param seen its signals
     * @return with them
     */
    public Rollouts signals(ModelName model, Signals seen) {
        var more = new TreeMap<>(signals);
        more.put(requireNonNull(model, "model"), requireNonNull(seen, "seen"));
        return new Rollouts(registry, store, clock, interval, more);
    }

    /**
     * The registry.
     *
     * @return as given
     */
    public ModelRegistry registry() {
        return registry;
    }

    /**
     * The store of the journals.
     *
     * @return as given
     */
    public ObjectStore store() {
        return store;
    }

    /**
     * The clock.
     *
     * @return times the steps
     */
    public Clock clock() {
        return clock;
    }

    /**
     * How often to look.
     *
     * @return empty if by hand
     */
    public Optional<Duration> interval() {
        return interval;
    }

    /**
     * What can be seen of a model's answers.
     *
     * @param model the model
     * @return its signals
     */
    public Signals signals(ModelName model) {
        return signals.getOrDefault(model, Signals.none());
    }
}
