package io.mlops4j.pipeline;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.ConflictException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Gate;
import io.mlops4j.gate.MetricThreshold;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.store.ObjectStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A world around a pipeline that outlives its crashes: an idempotent registry, and one alias with compare-and-set. */
final class Rig {
    static final ModelName RIDES = ModelName.of("rides");

    final Map<String, VersionId> registered = new LinkedHashMap<>();
    final List<String> stepCalls = new ArrayList<>();
    final List<Promotion.Move> moves = new ArrayList<>();
    final List<String> gateCalls = new ArrayList<>();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Clock clock = Clock.fixed(Instant.parse("2005-01-01T00:00:00Z"), ZoneOffset.UTC);
    Optional<VersionId> champion = Optional.empty();

    Candidate register(StepContext context) {
        stepCalls.add(context.idempotencyKey());
        VersionId version =
                registered.computeIfAbsent(context.idempotencyKey(), key -> RIDES.version(registered.size() + 1));
        return Candidate.of(version, Map.of("rmse", 2.0));
    }

    final Promotion alias = new Promotion() {
        @Override
        public Optional<VersionId> current() {
            return champion;
        }

        @Override
        public void move(Move move) {
            moves.add(move);
            if (champion.equals(Optional.of(move.to()))) {
                return;
            }
            if (!champion.equals(move.expected())) {
                throw new ConflictException("Cannot move: " + champion + " serves, expected " + move.expected());
            }
            champion = Optional.of(move.to());
        }
    };

    Gate pass(String name) {
        return Gate.of(name, context -> {
            gateCalls.add(name);
            return Verdict.pass(Evidence.none().with("x", 1));
        });
    }

    PromotionPipeline.Builder pipeline(ObjectStore store) {
        return PromotionPipeline.of(RIDES, store)
                .ci(pass("data"), pass("tests"))
                .build(this::register)
                .staging(MetricThreshold.atMost("rmse", 2.5), pass("latency"))
                .promote(alias)
                .clock(clock)
                .meters(meters);
    }

    static PromotionRequest request(String id) {
        return PromotionRequest.of(id, "abc123", "drift");
    }
}
