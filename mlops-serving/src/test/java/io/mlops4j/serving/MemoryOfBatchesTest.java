package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model takes for its batches counts against the memory budget from the start. */
final class MemoryOfBatchesTest {
    private static final ModelName NAME = ModelName.of("rides");
    private static final int PER_ROW = 1000;

    private final AtomicLong held = new AtomicLong();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    /** It holds memory for the largest batch that it ever saw, as an arena does. */
    private final class Growing implements ColumnModel {
        private long most;
        private boolean closed;

        @Override
        public synchronized Map<String, Value> run(Map<String, Value> inputs) {
            float[] x = ((Tensor) inputs.values().iterator().next()).floats();
            if (x.length > most) {
                held.addAndGet((x.length - most) * PER_ROW);
                most = x.length;
            }
            return Map.of("y", Tensor.ofFloats(Arrays.copyOf(x, x.length), x.length, 1));
        }

        @Override
        public synchronized void close() {
            assertThat(closed).isFalse();
            closed = true;
            held.addAndGet(-most * PER_ROW);
        }
    }

    private ModelServerBuilder builder(long budget) {
        MemoryMeter meter = () -> OptionalLong.of(held.get());
        return ModelServer.builder()
                .runtime(FakeModel.runtime(new Growing()))
                .serve(NAME, OnnxModels.verified("rides:1", new byte[1]))
                .meters(registry)
                .memory(MemoryBudget.ofBytes(budget).measuredBy(meter));
    }

    private double resident() {
        return registry.get(MemoryMeters.RESIDENT).gauge().value();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 32, 64, 200})
    void load_batchedModel_isMeasuredWithAFullBatch(int rows) {
        try (ModelServer server =
                builder(1L << 30).batching(Batching.whenBusy().upTo(rows)).start()) {
            assertThat(server.batchability(NAME).isBatched()).isTrue();
            assertThat(resident()).isEqualTo(Math.max(rows, 2) * PER_ROW);
        }
    }

    @Test
    void load_modelThatIsCachedByRow_isMeasuredAfterItsProbe() {
        try (ModelServer server =
                builder(1L << 30).caching(Caching.upTo(1 << 20).byRow()).start()) {
            assertThat(server.served()).hasSize(1);
            assertThat(resident()).isGreaterThanOrEqualTo(PER_ROW * 2);
        }
    }

    @Test
    void load_batchThatDoesNotFitTheBudget_isRejectedAndNothingIsHeld() {
        ModelServerBuilder builder =
                builder(100 * PER_ROW).batching(Batching.whenBusy().upTo(200));
        assertThatThrownBy(builder::start).isInstanceOf(RejectedModelException.class);
        assertThat(held).hasValue(0);
    }

    @Test
    void load_modelThatIsNotBatched_isMeasuredByItsWarmUp() {
        try (ModelServer server = builder(1L << 30).start()) {
            assertThat(server.served()).hasSize(1);
            assertThat(resident()).isEqualTo(PER_ROW);
        }
    }
}
