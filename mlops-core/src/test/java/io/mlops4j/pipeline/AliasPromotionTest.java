package io.mlops4j.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
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
}
