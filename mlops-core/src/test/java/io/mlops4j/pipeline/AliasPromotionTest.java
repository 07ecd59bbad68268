package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Gate;
import io.mlops4j.gate.GateContext;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.Requirement;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.store.Content;
import io.mlops4j.store.DyingStore;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pipeline on a real registry, both in one store that dies. */
class AliasPromotionTest {
    private static final Alias CHAMPION = Rig.RIDES.alias("champion");

    private final Rig rig = new Rig();

    private PromotionPipeline pipeline(ObjectStore store) {
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        return PromotionPipeline.of(Rig.RIDES, store)
                .build(context -> {
                    ModelVersion version = registry.register(Registration.of(Rig.RIDES)
                            .file(
                                    "model.onnx",
                                    Content.of(context.idempotencyKey().getBytes(UTF_8)))
                            .idempotencyKey(context.idempotencyKey()));
                    return Candidate.of(version.id(), Map.of());
                })
                .promote(AliasPromotion.of(registry, CHAMPION))
                .clock(rig.clock)
                .meters(rig.meters)
                .open();
    }

    @ParameterizedTest
    @EnumSource(DyingStore.LastPut.class)
    void run_storeDiesAtEveryWrite_registersAndMovesOnce(DyingStore.LastPut last) {
        int kills = 0;
        boolean died = true;
        for (int puts = 1; died; puts++) {
            var store = new MemoryObjectStore();
            pipeline(store).run(Rig.request("first"));
            died = false;
            try {
                died = pipeline(new DyingStore(store, puts, last))
                        .run(Rig.request("second"))
                        .status()
                        .equals(PipelineRun.Status.FAILED);
            } catch (StorageException | OutcomeUnknownException e) {
                died = true;
            }
            kills += died ? 1 : 0;

            PromotionPipeline reopened = pipeline(store);
            reopened.resume();
            assertThat(reopened.run(Rig.request("second")).status())
                    .as("killed at write %s", puts)
                    .isEqualTo(PipelineRun.Status.PROMOTED);

            ModelRegistry registry = StoreRegistry.open(store, rig.clock);
            assertThat(registry.versions(Rig.RIDES)).hasSize(2);
            assertThat(registry.refresh().resolve(CHAMPION).id()).isEqualTo(Rig.RIDES.version(2));
            assertThat(registry.refresh().history(CHAMPION)).hasSize(2);
        }
        assertThat(kills).isGreaterThan(12);
    }

    @Test
    void rollback_movesTheAliasBackWithReasonAndActor() {
        var store = new MemoryObjectStore();
        PromotionPipeline pipeline = pipeline(store);
        pipeline.run(PromotionRequest.of("first", "abc", ""));
        pipeline.run(PromotionRequest.of("second", "abc", "x".repeat(9000)));

        pipeline.rollback("worse on weekends", "ana");

        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        assertThat(registry.refresh().resolve(CHAMPION).id()).isEqualTo(Rig.RIDES.version(1));
        assertThat(registry.refresh().history(CHAMPION)).hasSize(3);
    }

    @Test
    void move_aliasMovedByHand_isAConflict() {
        var store = new MemoryObjectStore();
        PromotionPipeline pipeline = pipeline(store);
        pipeline.run(Rig.request("first"));
        pipeline.run(Rig.request("second"));
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        var promotion = AliasPromotion.of(registry, CHAMPION);

        assertThatThrownBy(() -> promotion.move(
                        new Promotion.Move("key", Optional.empty(), Rig.RIDES.version(1), "reason", "ana")))
                .isInstanceOf(ConflictException.class);
        assertThat(promotion.current()).contains(Rig.RIDES.version(2));
    }

    private static Gate gate(String name, Verdict verdict) {
        return new Gate() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Verdict evaluate(GateContext context) {
                return verdict;
            }
        };
    }

    private PromotionPipeline judging(ObjectStore store, Verdict verdict) {
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        return PromotionPipeline.of(Rig.RIDES, store)
                .ci(gate("lint", Verdict.pass(Evidence.none())))
                .build(context -> Candidate.of(
                        registry.register(Registration.of(Rig.RIDES)
                                        .file(
                                                "model.onnx",
                                                Content.of(
                                                        context.idempotencyKey().getBytes(UTF_8)))
                                        .idempotencyKey(context.idempotencyKey()))
                                .id(),
                        Map.of()))
                .staging(gate("audit", verdict))
                .promote(AliasPromotion.of(registry, CHAMPION))
                .clock(rig.clock)
                .meters(rig.meters)
                .open();
    }

    @Test
    void run_gatesOfThePipeline_meetAPolicyThatDemandsThem() {
        var store = new MemoryObjectStore();
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        registry.policy(CHAMPION)
                .demand(new Requirement.GatePassed("audit"), new Requirement.GatePassed("lint"))
                .because("guideline", "ana");
        Verdict pass = Verdict.pass(Evidence.none().with("gap", 0.1));

        PipelineRun run = judging(store, pass).run(Rig.request("first"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.PROMOTED);
        VersionRecord record = registry.record(Rig.RIDES.version(1));
        assertThat(record.verdicts()).containsOnlyKeys("audit", "lint");
        assertThat(record.verdicts()).hasEntrySatisfying("audit", judged -> assertThat(judged.verdict())
                .isEqualTo(pass));
        assertThat(record.changes()).hasSize(1);
        assertThat(record.changes().get(0).reason()).contains(run.id());
    }

    @Test
    void run_failedGate_isRecordedToo() {
        var store = new MemoryObjectStore();

        PipelineRun run =
                judging(store, Verdict.fail("a leak", Evidence.none())).run(Rig.request("first"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
        assertThat(StoreRegistry.open(store, rig.clock)
                        .record(Rig.RIDES.version(1))
                        .verdicts())
                .hasEntrySatisfying(
                        "audit", judged -> assertThat(judged.verdict().reason()).isEqualTo("a leak"));
    }

    @Test
    void run_policyUnmet_failsTheRunWithEveryReason() {
        var store = new MemoryObjectStore();
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        registry.policy(CHAMPION)
                .demand(
                        new Requirement.MetricAtMost("rmse", 2.5),
                        new Requirement.Approvals("risk", 2, Requirement.Approvals.From.ANYONE))
                .because("guideline", "ana");

        PipelineRun run = pipeline(store).run(Rig.request("first"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
        PipelineRun.Failure failure = run.failure().orElseThrow();
        assertThat(failure.what()).isEqualTo("policy");
        assertThat(failure.reason()).contains("rmse is at most 2.5", "2 approved as risk");
        assertThat(registry.refresh().tryResolve(CHAMPION)).isEmpty();
    }

    @Test
    void rollback_policyTightenedSince_isNotHeldUp() {
        var store = new MemoryObjectStore();
        PromotionPipeline pipeline = pipeline(store);
        pipeline.run(Rig.request("first"));
        pipeline.run(Rig.request("second"));
        ModelRegistry registry = StoreRegistry.open(store, rig.clock);
        registry.policy(CHAMPION).demand(new Requirement.GatePassed("new")).because("from now on", "ana");

        pipeline.rollback("worse on weekends", "ana");

        assertThat(registry.refresh().resolve(CHAMPION).id()).isEqualTo(Rig.RIDES.version(1));
        assertThat(registry.refresh().history(CHAMPION))
                .last()
                .extracting(AliasMove::kind)
                .isEqualTo(AliasMove.Kind.ROLLED_BACK);
    }
}
