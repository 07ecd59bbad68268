package io.mlops4j.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one version's queue. They go when the version goes. What they throw is contained: they are told under the
 * queue's lock, with a request neither in the queue nor out.
 *
 * <p>Thread-safe.
 */
final class QueueMeters {
    static final String ROWS = "mlops.queue.rows";
    static final String TIME = "mlops.queue.time";
    static final String BATCH = "mlops.batch.rows";
    static final String SHED = "mlops.queue.shed";

    /** All meters, or none of them. */
    private record Made(
            MeterRegistry registry, Tags tags, Timer time, DistributionSummary batch, Map<Shed, Counter> shed) {}

    /** Those of a version without a queue, or of a server without meters. */
    static final QueueMeters NONE = new QueueMeters(null, new MeterFailures("nothing"));

    private final @Nullable Made made;
    private final MeterFailures failures;

    private QueueMeters(@Nullable Made made, MeterFailures failures) {
        this.made = made;
        this.failures = failures;
    }

    static QueueMeters of(@Nullable MeterRegistry registry, VersionId version) {
        if (registry == null) {
            return NONE;
        }
        Tags tags = Tags.of("model", version.model().value(), "version", Integer.toString(version.number()));
        Map<Shed, Counter> shed = new EnumMap<>(Shed.class);
        for (Shed why : Shed.values()) {
            shed.put(
                    why,
                    Counter.builder(SHED)
                            .description("Requests that were turned away, by reason")
                            .tags(tags.and("reason", why.tag()))
                            .register(registry));
        }
        Timer time = Timer.builder(TIME)
                .description("Time that requests waited in the queue")
                .tags(tags)
                .register(registry);
        var batch = DistributionSummary.builder(BATCH)
                .description("Rows of the batches that were run from the queue")
                .tags(tags)
                .register(registry);
        return new QueueMeters(
                new Made(registry, tags, time, batch, shed), new MeterFailures("the queue of version " + version));
    }

    /** Shows how many rows wait. Called once, before anything else. */
    void watch(WaitingRoom room) {
        if (made != null) {
            // An earlier loading of the version may still be draining; the newer one is what counts.
            rows(made).forEach(made.registry::remove);
            Gauge.builder(ROWS, room, WaitingRoom::rows)
                    .description("Rows that wait")
                    .tags(made.tags)
                    .register(made.registry);
        }
    }

    private static List<Gauge> rows(Made made) {
        return List.copyOf(made.registry.find(ROWS).tags(made.tags).gauges());
    }

    void waited(long nanos) {
        if (made != null) {
            try {
                made.time.record(nanos, TimeUnit.NANOSECONDS);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                failures.caught(e);
            }
        }
    }

    void batch(int batchRows) {
        if (made != null) {
            try {
                made.batch.record(batchRows);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                failures.caught(e);
            }
        }
    }

    void shed(Shed why) {
        if (made != null) {
            Counter counter = made.shed.get(why);
            if (counter != null) {
                failures.contain(counter::increment);
            }
        }
    }

    void close() {
        if (made != null) {
            List<Meter> all = new ArrayList<>(made.shed.values());
            all.add(made.time);
            all.add(made.batch);
            all.addAll(rows(made)); // whichever loading of the version showed them
            all.forEach(meter -> failures.contain(() -> made.registry.remove(meter)));
        }
    }
}
