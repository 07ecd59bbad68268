package io.mlops4j.care;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import io.mlops4j.OverloadedException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.BlobStore;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.training.SteppedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Duration GRACE = GarbageCollector.DEFAULT_GRACE;

    private final SteppedClock clock = SteppedClock.at("2026-11-21T10:00:00Z");
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final BlobStore blobs = BlobStore.in(store, clock);
    private final GarbageCollector collector = Care.of(store, clock).garbage();

    private static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    private ModelVersion register(String bytes) {
        return StoreRegistry.open(store, clock).register(Registration.of(RIDES).file("model.onnx", content(bytes)));
    }

    @Test
    void collect_deletesGarbageAfterTheGracePeriodAndNothingElse() {
        ModelVersion live = register("live");
        Digest ofRun;
        try (Run run = StoreTracker.open(store, clock).start("e")) {
            ofRun = run.artifact("a.bin", content("of a run")).digest();
        }
        Digest garbage = blobs.put(content("garbage"));

        assertThat(collector.collect().count(Garbage.Fate.MARKED)).isEqualTo(1);
        clock.advance(GRACE.minusMillis(1));
        assertThat(collector.collect().count(Garbage.Fate.WAITING)).isEqualTo(1);
        assertThat(blobs.contains(garbage)).isTrue();
        clock.advance(Duration.ofMillis(1));
        CollectReport last = collector.collect();

        assertThat(last.count(Garbage.Fate.DELETED)).isEqualTo(1);
        assertThat(last.bytes(Garbage.Fate.DELETED)).isEqualTo(7);
        assertThat(last.live()).isEqualTo(2);
        assertThat(last.toString()).contains("DELETED", "7 bytes", garbage.toString());
        assertThat(blobs.contains(garbage)).isFalse();
        assertThat(blobs.contains(live.modelFile().digest())).isTrue();
        assertThat(blobs.contains(ofRun)).isTrue();
        assertThat(store.list(Prefix.of("garbage"), null, 10).keys()).isEmpty();
        assertThat(collector.collect().garbage()).isEmpty();
    }

    @Test
    void collect_onFiles_deletesTheFile(@TempDir Path folder) throws IOException {
        try (var files = FileObjectStore.open(folder)) {
            Digest garbage = BlobStore.in(files, clock).put(content("garbage"));
            GarbageCollector ofFiles = Care.of(files, clock).garbage().withGrace(Duration.ofHours(1));
            ofFiles.collect();
            clock.advance(Duration.ofHours(1));

            assertThat(ofFiles.collect().count(Garbage.Fate.DELETED)).isEqualTo(1);
            assertThat(folder.resolve(Room.blob(garbage).value() + "=")).doesNotExist();
            assertThat(files.list(Prefix.all(), null, 10).keys()).isEmpty();
        }
        assertThatThrownBy(() -> collector.withGrace(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void collect_marksThatCannotBeRead_beginAnew() {
        Digest digest = blobs.put(content("garbage"));
        for (String mark : List.of("tombstone", "claim")) {
            store.putIfAbsent(Key.of("garbage", digest.hex(), mark), content("?"));
        }
        assertThat(blobs.put(content("garbage"))).isEqualTo(digest);
        for (int day = 0; day < 10; day++) {
            collector.preview();
            collector.collect();
            clock.advance(Duration.ofDays(1));
        }
        assertThat(blobs.contains(digest)).isFalse();
        assertThat(store.list(Prefix.all(), null, 10).keys()).isEmpty();
    }

    private void discard(VersionId version) {
        StoreRegistry registry = StoreRegistry.open(store, clock);
        registry.edit(version).archive().because("old", "test");
        registry.edit(version).discard().because("old", "test");
    }

    @Test
    void collect_discardedVersion_losesItsFilesUnlessSomethingElseNeedsThem() {
        ModelVersion alone = register("alone");
        ModelVersion shared = register("shared");
        register("shared");
        ModelVersion ofRun = register("of a run");
        try (Run run = StoreTracker.open(store, clock).start("e")) {
            run.artifact("a.bin", content("of a run"));
        }
        ModelVersion archived = register("archived");
        StoreRegistry.open(store, clock).edit(archived.id()).archive().because("old", "test");
        List.of(alone, shared, ofRun).forEach(version -> discard(version.id()));
        collector.collect();
        clock.advance(GRACE);
        collector.collect();

        assertThat(blobs.contains(alone.modelFile().digest())).isFalse();
        assertThat(blobs.contains(shared.modelFile().digest())).isTrue();
        assertThat(blobs.contains(ofRun.modelFile().digest())).isTrue();
        assertThat(blobs.contains(archived.modelFile().digest())).isTrue();
        assertThat(Care.of(store, clock).verify().findings()).isEmpty();
    }

    @Test
    void randomPublishDiscardCollect_keepsWhatIsLive() {
        long first = new Random().nextLong();
        for (int i = 0; i < 20; i++) {
            long seed = first + i;
            try {
                new GarbageCollectorTest().publishDiscardCollect(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private void publishDiscardCollect(Random random) {
        Set<VersionId> live = new HashSet<>();
        Set<Digest> ofRuns = new HashSet<>();
        for (int step = 0; step < 60; step++) {
            String text = "content " + random.nextInt(5);
            switch (random.nextInt(6)) {
                case 0, 1 -> live.add(register(text).id());
                case 2 ->
                    live.stream()
                            .sorted()
                            .skip(random.nextInt(live.size() + 1))
                            .findFirst()
                            .ifPresent(version -> {
                                discard(version);
                                live.remove(version);
                            });
                case 3 -> blobs.put(content("never committed " + random.nextInt(5)));
                case 4 -> clock.advance(Duration.ofHours(random.nextInt(100)));
                default -> collector.collect();
            }
            if (step == 30) {
                try (Run run = StoreTracker.open(store, clock).start("e")) {
                    ofRuns.add(run.artifact("a.bin", content(text)).digest());
                }
            }
            StoreRegistry registry = StoreRegistry.open(store, clock);
            live.forEach(version -> registry.bytes(version, "model.onnx", 100));
            ofRuns.forEach(digest -> blobs.bytes(digest, 100));
        }
        assertThat(Care.of(store, clock).verify().findings()).isEmpty();
        Set<Digest> needed = new HashSet<>(ofRuns);
        live.forEach(version -> needed.add(
                StoreRegistry.open(store, clock).version(version).modelFile().digest()));
        for (int day = 0; day < 10; day++) {
            collector.collect();
            clock.advance(Duration.ofDays(1));
        }
        assertThat(store.list(Room.BLOBS.prefix(), null, 100).keys()).hasSize(needed.size());
    }

    @Test
    void preview_changesNothing() {
        blobs.put(content("garbage"));
        assertThat(collector.preview().count(Garbage.Fate.MARKED)).isEqualTo(1);
        assertThat(store.list(Prefix.of("garbage"), null, 10).keys()).isEmpty();
        collector.collect();
        clock.advance(GRACE);
        var before = store.list(Prefix.all(), null, 100);

        assertThat(collector.preview().count(Garbage.Fate.DELETED)).isEqualTo(1);
        assertThat(store.list(Prefix.all(), null, 100)).isEqualTo(before);
    }

    @Test
    void collect_digestInAnyEventOfAnyLog_keepsTheBlob() {
        Digest named = blobs.put(content("named"));
        CommitLog.open(store, "somebodys/own", clock)
                .append(
                        CommitLog.Position.START,
                        ("see " + named.hex().toUpperCase(Locale.ROOT) + "!").getBytes(UTF_8));
        collector.collect();
        clock.advance(GRACE);
        collector.collect();

        assertThat(blobs.contains(named)).isTrue();
    }

    @Test
    void collect_logIsBroken_deletesNothing() {
        Digest garbage = blobs.put(content("garbage"));
        register("live");
        collector.collect();
        clock.advance(GRACE);
        Key commit = Key.of("logs/registry/00000000000000000001");
        byte[] body = store.get(commit).orElseThrow().bytes(10_000);
        store.delete(commit);
        body[body.length - 20] ^= 1;
        store.putIfAbsent(commit, Content.of(body));

        assertThatThrownBy(collector::collect)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("nothing was deleted")
                .hasMessageContaining(commit.value());
        assertThat(blobs.contains(garbage)).isTrue();
    }

    @Test
    void put_ofGarbageInItsGracePeriod_isSpared() {
        Digest digest = blobs.put(content("again"));
        collector.collect();
        clock.advance(GRACE.plusDays(1));
        blobs.put(content("again"));

        assertThat(collector.collect().count(Garbage.Fate.SPARED)).isEqualTo(1);
        assertThat(blobs.contains(digest)).isTrue();
        collector.collect();
        clock.advance(GRACE);
        assertThat(collector.collect().count(Garbage.Fate.DELETED)).isEqualTo(1);
    }

    @Test
    void put_whileACollectorIsAtIt_isToldWhenToTryAgain() {
        blobs.put(content("again"));
        collector.collect();
        clock.advance(GRACE);
        for (int call = 1; ; call++) {
            int calls = call;
            try {
                Care.of(SteppedStore.dyingAt(store, calls), clock).garbage().collect();
            } catch (StorageException died) {
                if (store.get(Key.of(
                                "garbage", Digest.of("again".getBytes(UTF_8)).hex(), "claim"))
                        .isPresent()) {
                    break;
                }
            }
        }

        assertThatThrownBy(() -> blobs.put(content("again")))
                .isInstanceOfSatisfying(OverloadedException.class, e -> assertThat(e.retryAfter())
                        .isEqualTo(Duration.ofMinutes(10)));
        clock.advance(Duration.ofMinutes(10));
        Digest digest = blobs.put(content("again"));
        CommitLog.open(store, "a", clock)
                .append(CommitLog.Position.START, digest.hex().getBytes(UTF_8));
        for (int day = 0; day < 10; day++) {
            collector.collect();
            clock.advance(Duration.ofDays(1));
        }
        assertThat(blobs.contains(digest)).isTrue();
        assertThat(store.list(Prefix.of("garbage"), null, 10).keys()).isEmpty();
    }

    @Test
    void collect_diesAtAnyCall_theNextOnesFinish() {
        int calls = 0;
        for (int call = 1; calls < call; call++) {
            var memory = new MemoryObjectStore();
            var hand = SteppedClock.at("2026-11-21T10:00:00Z");
            Digest garbage = BlobStore.in(memory, hand).put(content("garbage"));
            ModelVersion live = StoreRegistry.open(memory, hand)
                    .register(Registration.of(RIDES).file("model.onnx", content("live")));
            int at = call;
            for (int round = 0; round < 2; round++) {
                try {
                    Care.of(SteppedStore.dyingAt(memory, at), hand).garbage().collect();
                    calls = round == 1 ? call + 1 : calls;
                } catch (StorageException died) {
                    assertThat(died).hasMessageContaining("dead");
                }
                if (round == 0) {
                    Care.of(memory, hand).garbage().collect();
                    hand.advance(GRACE);
                }
            }
            for (int day = 0; day < 8; day++) {
                Care.of(memory, hand).garbage().collect();
                hand.advance(Duration.ofDays(1));
            }
            BlobStore left = BlobStore.in(memory, hand);
            assertThat(left.contains(garbage)).as("died at call " + call).isFalse();
            assertThat(left.contains(live.modelFile().digest()))
                    .as("died at call " + call)
                    .isTrue();
            assertThat(memory.list(Prefix.of("garbage"), null, 10).keys())
                    .as("died at call " + call)
                    .isEmpty();
        }
        assertThat(calls).isGreaterThan(10);
    }

    /** The profile {@code campaign} has the long form. */
    @Test
    void randomInterleavings_loseNoLiveBlob() {
        int schedules = Boolean.getBoolean("campaign") ? 100_000 : 1_000;
        long first = new Random().nextLong();
        ExecutorService threads = Executors.newCachedThreadPool(daemons());
        int refused = 0;
        int deleted = 0;
        try {
            for (int i = 0; i < schedules; i++) {
                long seed = first + i;
                try {
                    var world = new World(new Random(seed), threads);
                    world.live();
                    refused += world.refused;
                    deleted += world.deleted;
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        } finally {
            threads.shutdownNow();
        }
        // So the interesting things did happen.
        assertThat(deleted).isGreaterThan(schedules / 10);
        assertThat(refused).isGreaterThan(0);
    }

    private static ThreadFactory daemons() {
        return body -> {
            var thread = new Thread(body);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** A few contents, and writers and collectors at the same time, some of which die. */
    private static final class World {
        private static final String[] CONTENTS = {"x", "y"};

        private final Random random;
        private final ExecutorService threads;
        private final SteppedClock clock = SteppedClock.at("2026-11-21T10:00:00Z");
        private final MemoryObjectStore memory = new MemoryObjectStore();
        private final Set<Digest> committed = new HashSet<>();
        private int logs;
        private int refused;
        private int deleted;

        World(Random random, ExecutorService threads) {
            this.random = random;
            this.threads = threads;
        }

        void live() {
            for (String text : CONTENTS) {
                BlobStore.in(memory, clock).put(content(text));
            }
            Care.of(memory, clock).garbage().collect();
            for (int round = 0; round < 3; round++) {
                clock.advance(pause());
                var turns = new Turns(random, threads);
                for (int i = random.nextInt(3); i >= 0; i--) {
                    turns.add(this::collect);
                }
                for (int i = random.nextInt(3); i > 0; i--) {
                    turns.add(this::write);
                }
                turns.run();
                check();
            }
            for (int day = 0; day < 8; day++) {
                Care.of(memory, clock).garbage().collect();
                clock.advance(Duration.ofDays(1));
            }
            check();
            assertThat(memory.list(Room.BLOBS.prefix(), null, 10).keys()).hasSize(committed.size());
            assertThat(memory.list(Room.GARBAGE.prefix(), null, 10).keys()).isEmpty();
        }

        private Duration pause() {
            return switch (random.nextInt(4)) {
                case 0 -> Duration.ofSeconds(30);
                case 1 -> Duration.ofMinutes(11);
                default -> GRACE;
            };
        }

        private ObjectStore mortal(Runnable step) {
            int death = random.nextInt(4) == 0 ? 1 + random.nextInt(30) : Integer.MAX_VALUE;
            return SteppedStore.dyingAt(new SteppedStore(memory, step), death);
        }

        private void collect(Runnable step) {
            try {
                CollectReport report = Care.of(mortal(step), clock).garbage().collect();
                deleted += (int) report.count(Garbage.Fate.DELETED);
            } catch (StorageException died) {
                assertThat(died).hasMessageContaining("dead");
            }
        }

        private void write(Runnable step) {
            String log = "runs/" + logs++;
            ObjectStore store = mortal(step);
            try {
                Digest digest = BlobStore.in(store, clock).put(content(CONTENTS[random.nextInt(CONTENTS.length)]));
                CommitLog.open(store, log, clock)
                        .append(CommitLog.Position.START, digest.hex().getBytes(UTF_8));
                committed.add(digest);
            } catch (OverloadedException e) {
                refused++;
            } catch (StorageException died) {
                assertThat(died).hasMessageContaining("dead");
            }
        }

        private void check() {
            for (Digest digest : committed) {
                assertThat(BlobStore.in(memory, clock).contains(digest))
                        .as("%s", digest)
                        .isTrue();
            }
        }
    }
}
