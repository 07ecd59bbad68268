package io.mlops4j.serving;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The batch queue before one instance, with the interleavings of its callers enumerated by a model checker: everybody gets
 * his own answer, and nobody is left waiting beside an idle instance. Batches run on the thread that dispatches them, as the
 * checker follows no others.
 *
 * <p>100 interleavings of three callers; with the profile {@code campaign}, 3,000 of callers that ask twice.
 */
@Timeout(900)
final class QueueInterleavingsTest {
    private static final boolean FULL = Boolean.getBoolean("campaign");
    private static final int INTERLEAVINGS = FULL ? 1_000 : 100;

    private static ModelCheckingOptions options(int scenarios, int asks) {
        return new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(asks)
                .actorsBefore(0)
                .actorsAfter(0)
                .iterations(scenarios)
                .minimizeFailedScenario(false)
                .invocationsPerIteration(INTERLEAVINGS);
    }

    @Test
    void queue_everyInterleaving_answersEverybody() {
        (FULL ? options(3, 2) : options(1, 1)).check(Queued.class);
    }

    /** The canary: it looks who waits before it leaves the instance, so who comes in between is forgotten. */
    @Test
    void forgetfulQueue_isCaught() {
        assertThatThrownBy(() -> options(4, 2).check(Forgetful.class))
                .isInstanceOf(LincheckAssertionError.class)
                .hasMessageContaining("hung");
    }

    /** Twice the row. */
    private record Twice() implements RowScorer {
        @Override
        public int features() {
            return 1;
        }

        @Override
        public int outputs() {
            return 1;
        }

        @Override
        public void score(float[] row, float[] out) {
            out[0] = 2 * row[0];
        }
    }

    /** Runs everything at once. */
    private static final class SameThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable work) {
            work.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long time, TimeUnit unit) {
            return false;
        }
    }

    /** The queue of the server. */
    public static final class Queued {
        private static final Deadlines DEADLINES = new Deadlines();
        private static final RowScorer TWICE = new Twice();
        private static final VersionId VERSION = ModelName.of("queued").version(1);
        private static final LoadedModel MODEL = new ScoredModel(TWICE);
        private static final Overload ONE = Overload.standard().instances(1);

        private final QueueDispatcher dispatcher =
                new QueueDispatcher(VERSION, MODEL, 1, ONE, DEADLINES, QueueMeters.NONE, new SameThread());

        @Operation
        public int ask(@Param(gen = IntGen.class) int x) {
            float[] out = new float[1];
            dispatcher.score(TWICE, new float[] {x}, out);
            return (int) out[0];
        }
    }

    /** A queue with the order of two steps turned round. */
    public static final class Forgetful {
        private static final Rows ROW = new Rows(1, Float.BYTES, null);

        private final Queue<Tickets.Waiting> waiting = new ConcurrentLinkedQueue<>();
        private final Instances instances = new Instances(1);

        @Operation
        public int ask(@Param(gen = IntGen.class) int x) {
            if (waiting.isEmpty() && instances.tryEnter()) {
                leave();
                return 2 * x;
            }
            float[] row = {x};
            var ticket = new Tickets.Waiting(Ask.of(row, row, ROW));
            waiting.add(ticket);
            dispatch();
            ticket.await();
            return 2 * x;
        }

        private void leave() {
            boolean somebody = !waiting.isEmpty();
            instances.leave();
            if (somebody) {
                dispatch();
            }
        }

        private void dispatch() {
            if (instances.tryEnter()) {
                for (Tickets.Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                    next.answer(Map.of());
                }
                leave();
            }
        }
    }
}
