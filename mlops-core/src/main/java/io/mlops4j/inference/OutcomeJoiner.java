package io.mlops4j.inference;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins outcomes that arrive later to their inferences, by id, within a window bounded in time and in number.
 *
 * <pre>{@code
 * var joiner = OutcomeJoiner.within(Duration.ofDays(30), 100_000, clock);
 * joiner.addListener((inference, outcome) -> errors.record(inference, outcome));
 * server.observedBy(joiner);
 * joiner.report(new Outcome("2005-03-06", 15.2, clock.instant()));
 * }</pre>
 *
 * <p>An inference enters the window when the joiner hears of it, and leaves it when its outcome comes, when it has been
 * there for longer than the window's time, or when the window is full; inferences leave in the order in which they
 * entered, the oldest first. Outcomes that find nothing are counted and answered, never an error. To tell a late or a
 * second outcome from an unknown one, the joiner remembers as many ids that left as the window holds, again the newest.
 *
 * <p>Memory: the window holds whole inferences, with their tensors, so choose its number by what one of them weighs.
 *
 * <p>Thread-safe.
 */
public final class OutcomeJoiner implements InferenceListener {
    /** The name of the counter of outcomes, tagged with {@code result}: a {@link JoinResult} in lower case. */
    public static final String OUTCOMES = "mlops.outcomes";

    /** The name of the gauge of inferences in the window. */
    public static final String PENDING = "mlops.inference.pending";

    private static final Logger LOG = LoggerFactory.getLogger(OutcomeJoiner.class);

    private final Duration age;
    private final int count;
    private final Clock clock;
    private final List<JoinListener> listeners = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();

    @GuardedBy("lock") private final Map<String, Pending> window = new LinkedHashMap<>();

    @GuardedBy("lock") private final Map<String, JoinResult> left = new LinkedHashMap<>();

    @GuardedBy("lock") private final Map<JoinResult, Long> counts = new EnumMap<>(JoinResult.class);

    private OutcomeJoiner(Duration age, int count, Clock clock) {
        this.age = age;
        this.count = count;
        this.clock = clock;
    }

    private record Pending(Inference inference, Instant entered) {}

    /**
     * Opens a window.
     *
     * @param age how long an inference waits for its outcome, above zero
     * @param count the most inferences that wait, 1 or more
     * @param clock tells the time
     * @return a joiner with nothing in its window
     * @throws IllegalArgumentException if age or count is not positive
     */
    public static OutcomeJoiner within(Duration age, int count, Clock clock) {
        if (age.isNegative() || age.isZero() || count < 1) {
            throw new IllegalArgumentException(
                    "Invalid window of " + age + " and " + count + " inferences: expected both above zero");
        }
        return new OutcomeJoiner(age, count, requireNonNull(clock, "clock"));
    }

    /**
     * Adds a listener.
     *
     * @param listener hears of every pair joined from now on
     */
    public void addListener(JoinListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
    }

    /**
     * Removes a listener. One that is being told of a pair right now may still hear of it.
     *
     * @param listener as it was added; if it was added twice, it stays once, and if never, nothing happens
     */
    public void removeListener(JoinListener listener) {
        listeners.remove(requireNonNull(listener, "listener"));
    }

    /**
     * Publishes the counts of outcomes and the size of the window.
     *
     * @param meters where
     */
    public void bindTo(MeterRegistry meters) {
        for (JoinResult result : JoinResult.values()) {
            FunctionCounter.builder(OUTCOMES, this, joiner -> joiner.count(result))
                    .tag("result", result.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
        Gauge.builder(PENDING, this, OutcomeJoiner::pending).register(meters);
    }

    /** Takes an inference into the window; a second one of the same id, while the first waits, is passed over. */
    @Override
    public void onInference(Inference inference) {
        Instant now = clock.instant();
        synchronized (lock) {
            expire(now);
            if (window.putIfAbsent(inference.id(), new Pending(inference, now)) == null) {
                left.remove(inference.id());
                if (window.size() > count) {
                    evictOldest();
                }
            }
        }
    }

    /**
     * Reports the truth about an inference.
     *
     * @param outcome what really happened
     * @return what became of it
     */
    public JoinResult report(Outcome outcome) {
        Instant now = clock.instant();
        Pending pending;
        JoinResult result;
        synchronized (lock) {
            expire(now);
            pending = window.remove(outcome.id());
            result = pending != null ? JoinResult.JOINED : left.getOrDefault(outcome.id(), JoinResult.UNKNOWN);
            counts.merge(result, 1L, Long::sum);
            if (pending != null) {
                remember(outcome.id(), JoinResult.DUPLICATE);
            }
        }
        if (pending != null) {
            listeners.forEach(listener -> tell(listener, pending.inference(), outcome));
        }
        return result;
    }

    private static void tell(JoinListener listener, Inference inference, Outcome outcome) {
        try {
            listener.onJoined(inference, outcome);
        } catch (RuntimeException e) {
            LOG.warn("A listener failed on a joined outcome of version {}", inference.version(), e);
        }
    }

    /**
     * How many outcomes had a result so far.
     *
     * @param result the result
     * @return 0 or more
     */
    public long count(JoinResult result) {
        synchronized (lock) {
            return counts.getOrDefault(result, 0L);
        }
    }

    /**
     * How many inferences wait in the window.
     *
     * @return 0 to the window's number
     */
    public int pending() {
        Instant now = clock.instant();
        synchronized (lock) {
            expire(now);
            return window.size();
        }
    }

    @GuardedBy("lock") private void expire(Instant now) {
        while (!window.isEmpty()) {
            Pending oldest = window.values().iterator().next();
            if (Duration.between(oldest.entered(), now).compareTo(age) <= 0) {
                return;
            }
            evictOldest();
        }
    }

    @GuardedBy("lock") private void evictOldest() {
        Iterator<String> ids = window.keySet().iterator();
        String oldest = ids.next();
        ids.remove();
        remember(oldest, JoinResult.LATE);
    }

    /** What to answer to the next outcome of an id that is not in the window. */
    @GuardedBy("lock") private void remember(String id, JoinResult answer) {
        left.remove(id);
        left.put(id, answer);
        if (left.size() > count) {
            Iterator<String> ids = left.keySet().iterator();
            ids.next();
            ids.remove();
        }
    }
}
