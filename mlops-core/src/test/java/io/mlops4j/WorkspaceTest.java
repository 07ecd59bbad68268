package io.mlops4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.gate.Candidate;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.pipeline.AliasPromotion;
import io.mlops4j.pipeline.PipelineRun;
import io.mlops4j.pipeline.PromotionPipeline;
import io.mlops4j.pipeline.PromotionRequest;
import io.mlops4j.registry.Registration;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunQuery;
import io.mlops4j.training.Retrain;
import io.mlops4j.training.TrainingDecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
    private static final ModelName RIDES = ModelName.of("rides");

    @TempDir
    Path folder;

    private static PromotionPipeline pipeline(Workspace home) {
        return home.pipeline(RIDES)
                .build(context -> {
                    ModelVersion version = home.registry()
                            .register(Registration.of(context.model())
                                    .file(
                                            "model.onnx",
                                            Content.of(context.idempotencyKey().getBytes(UTF_8)))
                                    .idempotencyKey(context.idempotencyKey()));
                    return Candidate.of(version.id(), Map.of());
                })
                .promote(AliasPromotion.of(home.registry(), RIDES.alias("champion")))
                .open();
    }

    @Test
    void open_again_findsEverythingThatWasAcknowledged() {
        try (var home = Workspace.open(folder)) {
            try (Run run = home.tracker().start("daily")) {
                run.metric("rmse", 2.5);
                run.finish();
            }
            assertThat(pipeline(home)
                            .run(PromotionRequest.of("first", "9f31c2e", "first"))
                            .status())
                    .isEqualTo(PipelineRun.Status.PROMOTED);
            home.blobs().put(Content.of("blob".getBytes(UTF_8)));
        }

        try (var home = Workspace.open(folder)) {
            assertThat(home.registry().resolve(RIDES.alias("champion")).id()).isEqualTo(RIDES.version(1));
            assertThat(home.tracker().find(RunQuery.in("daily"))).hasSize(1);
            assertThat(pipeline(home).runs()).hasSize(1);
            assertThat(home.care().verify().findings()).isEmpty();
            assertThat(home.care().garbage().preview().garbage()).hasSize(1);
        }
    }

    @Test
    void training_orderedByHand_runsThePipeline() {
        try (var home = Workspace.open(folder);
                var training = home.training(RIDES, Retrain.through(pipeline(home), () -> "9f31c2e"))
                        .open()) {
            TrainingDecision order = training.order("new feature", "ana");
            training.tick();

            assertThat(order.requestId()).isPresent();
            assertThat(home.queue().find(order.requestId().orElseThrow())).isPresent();
            assertThat(home.registry().resolve(RIDES.alias("champion")).id()).isEqualTo(RIDES.version(1));
        }
    }

    @Test
    void on_anyStore_leavesItOpen() {
        var store = new MemoryObjectStore();
        try (var home = Workspace.on(store, Clock.systemUTC(), new SimpleMeterRegistry())) {
            home.registry().register(Registration.of(RIDES).file("model.onnx", Content.of(new byte[] {1})));
        }

        assertThat(store.list(Prefix.of("logs"), null, 10).keys()).isNotEmpty();
    }

    @Test
    void open_aFileInsteadOfADirectory_isStorageException() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "no directory");

        assertThatThrownBy(() -> Workspace.open(file))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("file");
    }
}
