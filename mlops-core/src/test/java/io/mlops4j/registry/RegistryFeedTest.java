package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RegistryFeedTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final ModelName RIDES = ModelName.of("rides");

    private final MemoryObjectStore memory = new MemoryObjectStore();

    private StoreRegistry open() {
        return StoreRegistry.open(memory, CLOCK);
    }

    private static void register(ModelRegistry registry, String bytes) {
        registry.register(Registration.of(RIDES).file("model.onnx", Content.of(bytes.getBytes(UTF_8))));
    }

    @Test
    void after_tellsEveryChangeInOrder_acrossRegistriesAndRestarts() {
        register(open(), "one");
        StoreRegistry other = open();
        other.move(RIDES.alias("champion")).to(RIDES.version(1)).because("first", "ana");

        List<RegistryChange> first = open().changes().after(CommitLog.Position.START, 1);
        CommitLog.Position kept =
                CommitLog.Position.parse(first.get(0).position().toString());
        register(other, "two");
        List<RegistryChange> rest = open().changes().after(kept, 10);

        assertThat(first).singleElement().isInstanceOfSatisfying(RegistryChange.Registered.class, change -> assertThat(
                        change.version())
                .isEqualTo(other.version(RIDES.version(1))));
        assertThat(rest).hasSize(2);
        assertThat(rest.get(0)).isInstanceOfSatisfying(RegistryChange.AliasesMoved.class, change -> {
            assertThat(change.moves()).isEqualTo(other.history(RIDES.alias("champion")));
            assertThat(change.position().number())
                    .isEqualTo(change.moves().get(0).commit());
            assertThat(change.time()).isEqualTo(CLOCK.instant());
        });
        assertThat(rest.get(1).position()).isEqualTo(other.changes().end());
        assertThat(open().changes().after(other.changes().end(), 10)).isEmpty();
        assertThat(other.capabilities()).contains(RegistryCapability.CHANGE_FEED);
    }

    @Test
    void after_positionOfAnotherLog_isConflict() {
        register(open(), "one");
        register(open(), "two");
        List<RegistryChange> changes = open().changes().after(CommitLog.Position.START, 10);
        CommitLog.Position first = changes.get(0).position();
        CommitLog.Position second = changes.get(1).position();
        CommitLog.Position strange = new CommitLog.Position(1, second.hash());

        for (CommitLog.Position bad : List.of(
                strange,
                new CommitLog.Position(2, first.hash()),
                new CommitLog.Position(3, second.hash()),
                new CommitLog.Position(0, first.hash()))) {
            assertThatThrownBy(() -> open().changes().after(bad, 10))
                    .as("%s", bad)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("not the log that was read before");
        }
    }

    @Test
    void after_brokenLog_isCorruption() {
        register(open(), "one");
        RegistryFeed feed = open().changes();
        CommitLog.Position first = feed.end();
        memory.putIfAbsent(Key.of("logs/registry/00000000000000000002"), Content.of("garbage".getBytes(UTF_8)));

        assertThatThrownBy(() -> feed.after(first, 10)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void after_editsAndPolicies_areTold() {
        StoreRegistry registry = open();
        EveryEvent.write(registry);
        EveryEvent.writeMore(registry);

        List<RegistryChange> changes = open().changes().after(CommitLog.Position.START, 1000);

        assertThat(changes).noneMatch(RegistryChange.Other.class::isInstance);
        assertThat(changes)
                .filteredOn(RegistryChange.VersionEdited.class::isInstance)
                .extracting(change -> ((RegistryChange.VersionEdited) change).change())
                .isEqualTo(registry.record(ModelName.of("rides").version(3)).changes());
        assertThat(changes)
                .filteredOn(RegistryChange.PolicySet.class::isInstance)
                .extracting(change -> ((RegistryChange.PolicySet) change).setting())
                .isEqualTo(registry.view().policyHistory(ModelName.of("rides")));
    }

    @Test
    void after_discard_saysWhatWhyAndWho() {
        StoreRegistry registry = open();
        register(registry, "one");
        registry.edit(RIDES.version(1)).archive().because("old", "ana");
        CommitLog.Position before = registry.changes().end();
        registry.edit(RIDES.version(1)).discard().because("too big", "bob");

        assertThat(open().changes().after(before, 10))
                .singleElement()
                .isInstanceOfSatisfying(RegistryChange.VersionEdited.class, told -> {
                    assertThat(told.change().version()).isEqualTo(RIDES.version(1));
                    assertThat(told.change().edit()).isEqualTo(new LifecycleChange(Lifecycle.DISCARDED));
                    assertThat(told.change().reason()).isEqualTo("too big");
                    assertThat(told.change().actor()).isEqualTo("bob");
                });
    }

    @Test
    void after_kindOfANewerVersion_isToldAndPassedBy() {
        register(open(), "one");
        RegistryFeed feed = open().changes();
        CommitLog.open(memory, "registry", CLOCK)
                .append(feed.end(), "{\"type\":\"sealed\",\"version\":{\"x\":1}}".getBytes(UTF_8));

        List<RegistryChange> changes = feed.after(CommitLog.Position.START, 10);

        assertThat(changes).hasSize(2);
        assertThat(changes.get(1)).isInstanceOfSatisfying(RegistryChange.Other.class, other -> assertThat(other.type())
                .isEqualTo("sealed"));
    }

    @Test
    void position_parse_refusesOtherForms() {
        for (String bad : List.of(
                "",
                "1",
                "-1@sha256:" + "0".repeat(64),
                "@",
                "1@",
                "x@sha256:" + "0".repeat(64),
                "1@" + "0".repeat(64),
                "1@sha256:0")) {
            assertThatThrownBy(() -> CommitLog.Position.parse(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Invalid position");
        }
    }

    @Test
    @Timeout(60)
    void follow_writersOfSeveralRegistries_hearsEachChangeOnce(@TempDir Path folder) throws Exception {
        int writers = 3;
        int each = 20;
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        var heard = new LinkedBlockingQueue<RegistryChange>();
        try (ObjectStore store = FileObjectStore.open(folder)) {
            Subscription following = StoreRegistry.open(store, CLOCK)
                    .changes()
                    .follow(CommitLog.Position.START, Duration.ofMillis(1), scheduler, heard::add);
            List<Future<?>> writing = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                StoreRegistry own = StoreRegistry.open(store, CLOCK);
                String name = "w" + w + "-";
                writing.add(threads.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        register(own, name + i);
                    }
                }));
            }
            for (Future<?> future : writing) {
                future.get();
            }
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < writers * each; i++) {
                numbers.add(heard.take().position().number());
            }
            following.close();

            assertThat(numbers).isSorted().doesNotHaveDuplicates().hasSize(writers * each);
        } finally {
            scheduler.shutdownNow();
            threads.shutdownNow();
        }
    }

    @Test
    @Timeout(20)
    void follow_listenerThatThrows_hearsTheSameChangeAgain_andALostLogEndsIt() throws Exception {
        register(open(), "one");
        register(open(), "two");
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        var heard = new LinkedBlockingQueue<Long>();
        var all = new CountDownLatch(3);
        var lost = new CountDownLatch(1);
        var listener = new RegistryFeed.Listener() {
            @Override
            public void changed(RegistryChange change) {
                heard.add(change.position().number());
                all.countDown();
                if (heard.size() == 1) {
                    throw new ConflictException("the listener's own");
                }
            }

            @Override
            public void lost(ConflictException why) {
                lost.countDown();
            }
        };
        try {
            open().changes().follow(CommitLog.Position.START, Duration.ofMillis(1), scheduler, listener);
            all.await();
            assertThat(heard).containsExactly(1L, 1L, 2L);

            memory.delete(Key.of("logs/registry/00000000000000000002"));
            lost.await();
            assertThatThrownBy(
                            () -> open().changes().follow(CommitLog.Position.START, Duration.ZERO, scheduler, listener))
                    .isInstanceOf(IllegalArgumentException.class);
        } finally {
            scheduler.shutdownNow();
        }
    }
}
