package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How versions leave memory. */
@Timeout(60)
final class LoadingsTest {
    private final Loadings loadings = new Loadings(new ReentrantLock(), Duration.ofSeconds(10), (work, name) -> {
        throw new OutOfMemoryError("unable to create native thread");
    });

    @Test
    void retire_onAWorkerWithoutAnotherThread_freesItWithTheNextOne() {
        var first = new FakeModel();
        var second = new FakeModel();
        Served old = served(1, first);
        Served next = served(2, second);
        WorkerThread.lend(() -> loadings.retire(old));
        assertThat(first.closes).hasValue(0);
        assertThat(loadings.all()).containsExactlyInAnyOrder(old, next);
        loadings.retire(next);
        assertThat(first.closes).hasValue(1);
        assertThat(second.closes).hasValue(1);
        assertThat(loadings.all()).isEmpty();
    }

    private Served served(int number, LoadedModel model) {
        VersionId version = ModelName.of("retired").version(number);
        var dispatcher = new QueueDispatcher(
                version,
                model,
                1,
                Overload.standard(),
                new Deadlines(),
                QueueMeters.NONE,
                QueueDispatcher.workers(version, 1));
        var served = new Served(
                version,
                model,
                new Dispatching.Chosen(dispatcher, Batchability.UNASKED, QueueMeters.NONE, CacheMeters.NONE),
                VersionMeters.of(null, version, "fake", QueueMeters.NONE, CacheMeters.NONE),
                null);
        loadings.add(served);
        return served;
    }
}
