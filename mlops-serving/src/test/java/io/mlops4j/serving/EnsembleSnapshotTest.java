package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import io.mlops4j.serving.onnx.OnnxRuntime;
import io.mlops4j.serving.tabular.CompiledRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All steps of an answer are of one snapshot, whatever is swapped meanwhile. */
@Timeout(120)
final class EnsembleSnapshotTest {
    private static final ModelName A = ModelName.of("a");
    private static final ModelName B = ModelName.of("b");
    private static final int SWAPS = 100;

    /** Each model twice, by turns; each version answers with its number. */
    private static final Ensemble BY_TURNS = Ensemble.of(
            "turns",
            List.of(
                    Step.model("a1", A).bind("x", Wire.request("n")),
                    Step.model("b1", B).bind("x", Wire.step("a1", "y")),
                    Step.model("a2", A).bind("x", Wire.step("b1", "y")),
                    Step.model("b2", B).bind("x", Wire.step("a2", "y"))),
            Map.of(
                    "a1", Wire.step("a1", "y"),
                    "b1", Wire.step("b1", "y"),
                    "a2", Wire.step("a2", "y"),
                    "b2", Wire.step("b2", "y")));

    @Test
    void predict_whileBothModelsAreSwapped_mixesNoVersions() throws Exception {
        var stop = new AtomicBoolean();
        var answers = new AtomicLong();
        ExecutorService callers = Executors.newFixedThreadPool(3);
        try (ModelServer server = ModelServer.builder()
                .serve(A, version(A, 1))
                .serve(B, version(B, 1))
                .warmUp(WarmUp.none())
                .ensemble(BY_TURNS)
                .start()) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 3; caller++) {
                all.add(callers.submit(() -> {
                    while (!stop.get()) {
                        Request request = Request.of(EnsembleTest.rows(0));
                        assertOneSnapshot(server.predict(BY_TURNS, request));
                        assertOneSnapshot(server.submit(BY_TURNS, request)
                                .toCompletableFuture()
                                .join());
                        answers.incrementAndGet();
                    }
                }));
            }
            for (int number = 2; number <= SWAPS + 1; number++) {
                server.swap(A, version(A, number));
                server.swap(B, version(B, number));
            }
            stop.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(answers.get()).isGreaterThan(SWAPS);
            assertThat(server.leases(A) + server.leases(B)).isZero();
            assertThat(server.served()).containsEntry(B, B.version(SWAPS + 1));
        } finally {
            stop.set(true);
            callers.shutdown();
        }
    }

    private static void assertOneSnapshot(EnsemblePrediction answer) {
        int a = requireNonNull(answer.versions().get(A)).number();
        int b = requireNonNull(answer.versions().get(B)).number();
        assertThat(answer.tensor("a1").floats()).containsExactly(a);
        assertThat(answer.tensor("a2").floats()).containsExactly(a);
        assertThat(answer.tensor("b1").floats()).containsExactly(b);
        assertThat(answer.tensor("b2").floats()).containsExactly(b);
        assertThat(version(answer, "a2")).isEqualTo(A.version(a));
        assertThat(version(answer, "b1")).isEqualTo(B.version(b));
        assertThat(a - b).as("A is always swapped before B").isBetween(0, 1);
    }

    private static VersionId version(EnsemblePrediction answer, String step) {
        return requireNonNull(answer.steps().get(step)).version();
    }

    @Test
    void pin_modelsAreSwappedInBetween_beginsAnew() {
        try (var threads = new ServerThreads()) {
            var loader = new ModelLoader(
                    PerModel.all(List.of(CompiledRuntime.withDefaults(), onnx())),
                    Admission.ANYONE,
                    PerModel.all(WarmUp.none()),
                    null,
                    new Dispatching(Dispatching.Plan.UNSAID, Map.of(), PerModel.all(WarmUp.none()), threads, null),
                    new Ensembles(List.of()),
                    null);
            Slot a = slot(A, loader);
            Slot b = slot(B, loader);
            var swapped = new AtomicBoolean();
            Collection<Slot> slots = new ArrayList<>(List.of(a, b)) {
                private static final long serialVersionUID = 1L;

                @Override
                public Iterator<Slot> iterator() {
                    Iterator<Slot> all = super.iterator();
                    return Stream.generate(() -> next(all)).limit(size()).iterator();
                }

                private Slot next(Iterator<Slot> all) {
                    Slot slot = all.next();
                    if (slot == b && !swapped.getAndSet(true)) {
                        a.swap(label -> version(A, 2));
                        b.swap(label -> version(B, 2));
                    }
                    return slot;
                }
            };
            try (Snapshot snapshot = Snapshot.pinServed(slots, Request.PLAIN, 0)) {
                assertThat(snapshot.of(A).served().version()).isEqualTo(A.version(2));
                assertThat(snapshot.of(B).served().version()).isEqualTo(B.version(2));
                assertThat(snapshot.during(Snapshot::isHeldHere)).isTrue();
            }
            assertThat(Snapshot.isHeldHere()).isFalse();
            a.close();
            b.close();
            assertThatThrownBy(() -> Snapshot.pinServed(List.of(a, b), Request.PLAIN, 0))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(Snapshot.isHeldHere()).isFalse();
        }
    }

    private static Slot slot(ModelName name, ModelLoader loader) {
        var slot = new Slot(name, null, loader, Duration.ofSeconds(30));
        slot.swap(label -> version(name, 1));
        return slot;
    }

    private static InferenceRuntime onnx() {
        return OnnxRuntime.withDefaults();
    }

    /** Odd versions are served compiled, even ones by the native runtime. */
    private static VerifiedModel version(ModelName name, int number) {
        byte[] model = number % 2 == 1 ? OnnxModels.constant(1, number) : OnnxModels.constantByRelu(1, number);
        return OnnxModels.verified(name + ":" + number, model);
    }
}
