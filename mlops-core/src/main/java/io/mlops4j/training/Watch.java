package io.mlops4j.training;

import io.mlops4j.model.ModelName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a model's training looks at. What a host plugged in and breaks is logged and counts as silent: a broken trigger
 * must not keep the others from asking.
 *
 * <p>Thread-safe if what was plugged in is.
 */
record Watch(
        ModelName model, List<DriftSource> sources, List<Trigger> triggers, LongSupplier total, TriggerPolicy policy) {
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    /** What the sources said at one moment. */
    record Measured(Optional<DriftSignal> drift, long rows) {}

    Measured measure() {
        return new Measured(drift(), rows());
    }

    long rows() {
        return total.getAsLong();
    }

    private Optional<DriftSignal> drift() {
        Optional<DriftSignal> strongest = Optional.empty();
        for (DriftSource source : sources) {
            try {
                DriftSignal signal = source.signal();
                strongest = Optional.of(
                        strongest.map(other -> stronger(other, signal)).orElse(signal));
            } catch (RuntimeException e) {
                LOG.warn("A drift source of {} failed", model, e);
            }
        }
        return strongest;
    }

    /** The higher score, with an alarm of either. */
    private static DriftSignal stronger(DriftSignal a, DriftSignal b) {
        boolean rising = b.score() > a.score();
        DriftSignal high = rising ? b : a;
        DriftSignal low = rising ? a : b;
        return low.alarm() && !high.alarm()
                ? new DriftSignal(high.model(), high.score(), true, high.reason() + "; " + low.reason(), high.at())
                : high;
    }

    Situation situation(Instant now, Instant since, Measured measured, WatchMemory.Baseline baseline) {
        // Rows may have been deleted since; fewer than none are not new.
        long fresh = Math.max(0, measured.rows() - baseline.rows());
        return new Situation(model, now, since, measured.drift(), fresh, baseline.at());
    }

    List<Ask> asks(Situation situation) {
        List<Ask> asks = new ArrayList<>();
        for (Trigger trigger : triggers) {
            try {
                trigger.check(situation).ifPresent(asks::add);
            } catch (RuntimeException e) {
                LOG.warn("Trigger {} of {} failed", trigger.getClass().getSimpleName(), model, e);
            }
        }
        return asks;
    }
}
