package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A source may call the host while it is asked, and the host may ask the server to refresh a model. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class NestedSwapsTest {
    private static final Alias RIDES = ModelName.of("rides").alias("champion");
    private static final Alias FARES = ModelName.of("fares").alias("champion");

    private final FakeSource source = FakeSource.ofNumbers();

    private static int answer(ModelServer server, Alias alias) {
        Prediction prediction = server.predict(alias.model(), Map.of("x", Tensor.ofRows(new float[] {1, 2})));
        return (int) prediction.tensor("y").floats()[0];
    }

    @Test
    void refresh_insideOfARefresh_endsWithTheNewest() {
        source.move(RIDES, 1);
        List<VersionId> seen = new ArrayList<>();
        try (ModelServer server = ModelServer.of(source).serve(RIDES).start()) {
            source.move(RIDES, 2);
            source.whenOpened(version -> {
                if (version.number() == 2) {
                    source.move(RIDES, 3);
                    seen.add(server.refresh(RIDES.model()));
                }
            });
            server.refresh(RIDES.model());
            assertThat(seen).as("what is served meanwhile").containsExactly(version(RIDES, 1));
            assertThat(answer(server, RIDES)).isEqualTo(3);
            assertThat(server.served()).containsEntry(RIDES.model(), version(RIDES, 3));
        }
    }

    private static VersionId version(Alias alias, int number) {
        return alias.model().version(number);
    }

    @Test
    void refresh_ofEachOtherInsideOfARefresh_comesToAnEnd() throws Exception {
        source.move(RIDES, 1);
        source.move(FARES, 1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (ModelServer server =
                ModelServer.of(source).serve(RIDES).serve(FARES).start()) {
            source.move(RIDES, 2);
            source.move(FARES, 2);
            var both = new CyclicBarrier(2);
            source.whenOpened(version -> {
                if (version.number() == 2) {
                    await(both);
                    Alias other = version.model().equals(RIDES.model()) ? FARES : RIDES;
                    source.move(other, 3);
                    server.refresh(other.model());
                }
            });
            Future<VersionId> one = threads.submit(() -> server.refresh(RIDES.model()));
            Future<VersionId> two = threads.submit(() -> server.refresh(FARES.model()));
            one.get(30, TimeUnit.SECONDS);
            two.get(30, TimeUnit.SECONDS);
            assertThat(answer(server, RIDES)).isEqualTo(3);
            assertThat(answer(server, FARES)).isEqualTo(3);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(CyclicBarrier both) {
        try {
            both.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void refresh_insideThatFails_leavesWhatTheOuterOneServes() {
        source.move(RIDES, 1);
        var failed = new CountDownLatch(1);
        try (ModelServer server = ModelServer.of(source).serve(RIDES).start()) {
            source.move(RIDES, 2);
            source.whenOpened(version -> {
                if (version.number() == 2) {
                    source.move(RIDES, 3);
                    server.refresh(RIDES.model());
                } else if (version.number() == 3) {
                    failed.countDown();
                    throw new IllegalStateException("no such file");
                }
            });
            assertThat(server.refresh(RIDES.model())).isEqualTo(version(RIDES, 2));
            assertThat(failed.getCount()).isZero();
            assertThat(answer(server, RIDES)).isEqualTo(2);
        }
    }

    @Test
    void putOff_twice_isDoneOnceAfterTheOutermostSwap() {
        List<String> done = new ArrayList<>();
        Runnable work = () -> done.add("put off");
        Runnable fails = () -> {
            throw new IllegalStateException("the host's");
        };
        assertThat(NestedSwaps.putsOff(work)).as("outside of a swap").isFalse();
        String outer = NestedSwaps.run(() -> {
            assertThat(NestedSwaps.putsOff(fails)).isTrue();
            assertThat(NestedSwaps.putsOff(work)).isTrue();
            done.add(NestedSwaps.run(() -> "inner"));
            assertThat(NestedSwaps.putsOff(work)).isTrue();
            done.add("outer");
            return "swapped";
        });
        assertThat(outer).isEqualTo("swapped");
        assertThat(done).containsExactly("inner", "outer", "put off");
    }

    private static final ModelName A = ModelName.of("a");
    private static final ModelName B = ModelName.of("b");

    private final WeighedRuntime weighed = new WeighedRuntime();

    /** Calls the host before each load, or after it. */
    private InferenceRuntime hooked(Runnable before, Runnable after) {
        return new InferenceRuntime() {
            @Override
            public String name() {
                return weighed.name();
            }

            @Override
            public boolean accepts(VerifiedModel model) {
                return true;
            }

            @Override
            public LoadedModel load(VerifiedModel model) {
                before.run();
                LoadedModel loaded = weighed.load(model);
                after.run();
                return loaded;
            }
        };
    }

    private static ModelServerBuilder plain(ModelServerBuilder builder) {
        return builder.warmUp(WarmUp.none());
    }

    private void assertClosed(ModelServer server, ThrowingCallable swap) {
        assertThatThrownBy(swap).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThat(server.served()).isEmpty();
        assertThatThrownBy(() -> server.predict(A, WeighedRuntime.X)).isInstanceOf(IllegalStateException.class);
        assertThat(weighed.opened).hasValueGreaterThan(0);
        while (weighed.closed.get() < weighed.opened.get()) { // a worker leaves it to another thread
            Thread.onSpinWait();
        }
        assertThat(weighed.closed).hasValue(weighed.opened.get());
    }

    @Test
    void close_insideOfASwap_servesNothing() {
        var together = Ensemble.of(
                "together",
                List.of(
                        Step.model("a", A).bind("x", Wire.request("x")),
                        Step.model("b", B).bind("x", Wire.request("x"))),
                Map.of("y", Wire.step("b", "y")));
        for (ModelServerBuilder builder : List.of(
                ModelServer.builder(),
                ModelServer.builder().memory(MemoryBudget.ofBytes(1000).measuredBy(weighed)),
                ModelServer.builder().ensemble(together))) {
            var hook = new AtomicReference<Runnable>(() -> {});
            ModelServer server = plain(builder)
                    .runtime(hooked(() -> requireNonNull(hook.get()).run(), () -> {}))
                    .serve(A, WeighedRuntime.model("a", 100, 1))
                    .serve(B, WeighedRuntime.model("b", 100, 1))
                    .start();
            hook.set(server::close);
            assertClosed(server, () -> server.swap(A, WeighedRuntime.model("a", 100, 1)));
        }
    }

    @Test
    void close_insideOfARefresh_servesNothing() {
        Alias alias = A.alias("champion");
        var fake = new FakeSource(version -> WeighedRuntime.model("a", 100, 1)).move(alias, 1);
        var registry = new SimpleMeterRegistry();
        ModelServer server = plain(ModelServer.of(fake))
                .runtime(weighed)
                .meters(registry)
                .serve(alias)
                .start();
        fake.move(alias, 2);
        fake.whenOpened(version -> server.close());
        assertClosed(server, () -> server.refresh(A));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void close_afterTheLoadInsideOfARefresh_servesNothing() {
        Alias alias = A.alias("champion");
        var fake = new FakeSource(version -> WeighedRuntime.model("a", 100, 1)).move(alias, 1);
        var registry = new SimpleMeterRegistry();
        var hook = new AtomicReference<Runnable>(() -> {});
        ModelServer server = plain(ModelServer.of(fake))
                .runtime(hooked(() -> {}, () -> requireNonNull(hook.get()).run()))
                .meters(registry)
                .serve(alias)
                .start();
        fake.move(alias, 2);
        hook.set(server::close);
        assertClosed(server, () -> server.refresh(A));
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void close_insideOfAReload_servesNothing() {
        var hook = new AtomicReference<Runnable>(() -> {});
        ModelServer server = plain(ModelServer.builder())
                .runtime(hooked(() -> {}, () -> requireNonNull(hook.get()).run()))
                .memory(MemoryBudget.ofBytes(100).measuredBy(weighed))
                .serve(A, WeighedRuntime.model("a", 100, 1))
                .serve(B, WeighedRuntime.model("b", 100, 1))
                .start();
        hook.set(server::close);
        assertClosed(server, () -> server.predict(A, WeighedRuntime.X));
    }
}
