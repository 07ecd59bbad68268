package io.mlops4j.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.ModelName;
import io.mlops4j.training.SteppedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutcomeJoinerTest {
    private final SteppedClock clock = SteppedClock.at("2005-01-01T00:00:00Z");
    private final List<String> joined = new ArrayList<>();
    private final OutcomeJoiner joiner = OutcomeJoiner.within(Duration.ofDays(2), 3, clock);

    private Inference inference(String id) {
        return new Inference(id, ModelName.of("rides").version(1), clock.instant(), Duration.ZERO, Map.of(), Map.of());
    }

    private JoinResult report(String id) {
        return joiner.report(new Outcome(id, 1, clock.instant()));
    }

    @Test
    void report_withinTheWindow_joinsOnce() {
        joiner.addListener((inference, outcome) -> {
            throw new IllegalStateException("a bad listener");
        });
        joiner.addListener((inference, outcome) -> joined.add(inference.id() + "=" + outcome.actual()));
        joiner.onInference(inference("a"));

        assertThat(report("a")).isEqualTo(JoinResult.JOINED);
        assertThat(report("a")).isEqualTo(JoinResult.DUPLICATE);
        assertThat(report("b")).isEqualTo(JoinResult.UNKNOWN);
        assertThat(joined).containsExactly("a=1.0");
        assertThat(joiner.pending()).isZero();
    }

    @Test
    void removeListener_hearsNothingAnyMore() {
        JoinListener listener = (inference, outcome) -> joined.add(inference.id());
        joiner.removeListener(listener);
        joiner.addListener(listener);
        List.of("a", "b").forEach(id -> joiner.onInference(inference(id)));
        report("a");
        joiner.removeListener(listener);
        report("b");

        assertThat(joined).containsExactly("a");
    }

    @Test
    void report_afterTheAge_isLate() {
        joiner.onInference(inference("a"));
        clock.advance(Duration.ofDays(2));
        assertThat(joiner.pending()).isEqualTo(1);
        clock.advance(Duration.ofNanos(1));

        assertThat(report("a")).isEqualTo(JoinResult.LATE);
        assertThat(joiner.pending()).isZero();
    }

    @Test
    void onInference_fullWindow_evictsTheOldest() {
        for (String id : List.of("a", "b", "c", "d")) {
            joiner.onInference(inference(id));
        }

        assertThat(joiner.pending()).isEqualTo(3);
        assertThat(report("a")).isEqualTo(JoinResult.LATE);
        assertThat(report("b")).isEqualTo(JoinResult.JOINED);
    }

    @Test
    void remembersAsManyIdsThatLeftAsTheWindowHolds() {
        for (int i = 0; i < 7; i++) {
            joiner.onInference(inference("id" + i));
        }

        // 4 to 6 wait, 1 to 3 are remembered, 0 is forgotten.
        assertThat(report("id0")).isEqualTo(JoinResult.UNKNOWN);
        assertThat(report("id1")).isEqualTo(JoinResult.LATE);
        assertThat(report("id6")).isEqualTo(JoinResult.JOINED);
    }

    @Test
    void onInference_sameIdTwice_keepsTheFirst() {
        joiner.addListener((inference, outcome) -> joined.add(inference.at().toString()));
        joiner.onInference(inference("a"));
        clock.advance(Duration.ofHours(1));
        joiner.onInference(inference("a"));
        report("a");

        assertThat(joined).containsExactly("2005-01-01T00:00:00Z");
    }

    @Test
    void bindTo_publishesCountsAndSize() {
        var meters = new SimpleMeterRegistry();
        joiner.bindTo(meters);
        joiner.onInference(inference("a"));
        joiner.onInference(inference("b"));
        report("a");
        report("zzz");

        assertThat(meters.get(OutcomeJoiner.OUTCOMES)
                        .tag("result", "joined")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get(OutcomeJoiner.OUTCOMES)
                        .tag("result", "unknown")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get(OutcomeJoiner.PENDING).gauge().value()).isEqualTo(1);
    }

    @Test
    void report_fromManyThreads_joinsEachOnce() {
        var wide = OutcomeJoiner.within(Duration.ofDays(1), 1000, clock);
        var pairs = new AtomicInteger();
        wide.addListener((inference, outcome) -> pairs.incrementAndGet());
        IntStream.range(0, 1000).parallel().forEach(i -> wide.onInference(inference("id" + i)));
        IntStream.range(0, 4000).parallel().forEach(i -> wide.report(new Outcome("id" + i % 1000, i, Instant.EPOCH)));

        assertThat(pairs).hasValue(1000);
        assertThat(wide.count(JoinResult.DUPLICATE)).isEqualTo(3000);
        assertThat(wide.pending()).isZero();
    }

    @Test
    void within_badBounds_areRefused() {
        assertThatThrownBy(() -> OutcomeJoiner.within(Duration.ZERO, 1, clock))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OutcomeJoiner.within(Duration.ofDays(1), 0, clock))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
