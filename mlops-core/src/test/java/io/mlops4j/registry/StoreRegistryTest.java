package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import io.mlops4j.GoldenLog;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StoreRegistryTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Alias CHAMPION = RIDES.alias("champion");

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final FailingStore store = new FailingStore(memory);

    private StoreRegistry open() {
        return StoreRegistry.open(store, CLOCK);
    }

    private static Registration wish(String bytes) {
        return Registration.of(RIDES).file("model.onnx", Content.of(bytes.getBytes(UTF_8)));
    }

    @Test
    void register_crashBetweenBlobAndCommit_retryRegistersOnce() {
        StoreRegistry registry = open();
        store.fail(FailingStore.Failure.LOG_PUT);
        assertThatThrownBy(() -> registry.register(wish("a").idempotencyKey("t1")))
                .isInstanceOf(StorageException.class);
        store.fail(FailingStore.Failure.NONE);
        assertThat(open().models()).isEmpty();

        ModelVersion version = open().register(wish("a").idempotencyKey("t1"));

        assertThat(open().versions(RIDES)).containsExactly(version);
        assertThat(registry.bytes(version.id(), "model.onnx", 10))
                .asString(UTF_8)
                .isEqualTo("a");
    }

    @Test
    void register_replyLost_retryFindsTheFirst() {
        StoreRegistry registry = open();
        store.fail(FailingStore.Failure.LOG_REPLY);
        assertThatThrownBy(() -> registry.register(wish("a").idempotencyKey("t1")))
                .isInstanceOf(OutcomeUnknownException.class);
        store.fail(FailingStore.Failure.NONE);

        assertThat(registry.register(wish("a").idempotencyKey("t1")).id()).isEqualTo(RIDES.version(1));
        assertThat(open().versions(RIDES)).hasSize(1);
    }

    @Test
    void view_storeUnreachable_stillAnswers() {
        StoreRegistry registry = open();
        ModelVersion v1 = registry.register(wish("a"));
        registry.move(CHAMPION).to(v1).because("first", "ana");
        store.fail(FailingStore.Failure.GET);

        assertThat(registry.view().resolve(CHAMPION)).isEqualTo(v1);
        assertThat(registry.version(v1.id())).isEqualTo(v1);
        assertThatThrownBy(() -> registry.resolve(CHAMPION)).isInstanceOf(StorageException.class);
    }

    @Test
    void reopen_throughLogOrCheckpoint_givesAnEqualState() {
        var fold = new RegistryFold();
        StoreRegistry registry = open();
        for (int i = 1; i <= 300; i++) {
            Provenance provenance =
                    i == 1 ? Provenance.unknown() : Provenance.of("c" + i).withParent(RIDES.version(i - 1));
            ModelVersion version = registry.register(wish("m" + i)
                    .provenance(provenance)
                    .semVer(SemVer.of(1, i, 0))
                    .idempotencyKey("t" + i));
            if (i % 3 == 0) {
                registry.move(CHAMPION).to(version).because("better", "pipeline");
            }
            if (i % 30 == 0) {
                registry.move(CHAMPION).back().because("worse", "pipeline");
            }
        }
        byte[] live = fold.checkpoint((RegistryState) registry.view());
        byte[] reopened = fold.checkpoint((RegistryState) open().view());
        assertThat(memory.get(Key.of("checkpoints/registry", String.format("%020d", 256))))
                .isPresent();
        memory.delete(Key.of("checkpoints/registry", String.format("%020d", 256)));
        byte[] fromLog = fold.checkpoint((RegistryState) open().view());

        assertThat(reopened).isEqualTo(live);
        assertThat(fromLog).isEqualTo(live);
        StoreRegistry again = open();
        assertThat(again.history(CHAMPION)).isEqualTo(registry.history(CHAMPION));
        assertThat(again.lineage(RIDES.version(150)).ancestors()).hasSize(149);
        assertThat(again.move(CHAMPION).back().because("worse", "x").to()).contains(RIDES.version(294));
    }

    @Test
    void open_eventsThatMakeNoSense_areCorruption() {
        String version = "{\"type\":\"registered\",\"version\":{\"model\":\"rides\",\"number\":%d,\"files\":"
                + "[{\"name\":\"%s\",\"digest\":\"" + Digest.of(new byte[0])
                + "\",\"size\":0}],\"provenance\":{\"codeCommit\":\"\",\"datasets\":[],\"parents\":[],"
                + "\"environment\":{}},\"metrics\":{},\"tags\":{},\"description\":\"\"}}";
        String move = "{\"type\":\"moved\",\"moves\":[{\"model\":\"rides\",\"alias\":\"champion\",\"kind\":\"SET\","
                + "\"to\":\"%s\",\"reason\":\"r\",\"actor\":\"a\"}]}";
        for (String event : List.of(
                "not json",
                "{}",
                "null",
                "{\"type\":\"signed\"}",
                "{\"type\":\"registered\"}",
                "{\"type\":\"moved\"}",
                String.format(version, 2, "model.onnx"),
                String.format(version, 1, "../../etc/passwd"),
                String.format(move, "rides:1"),
                String.format(move, "..:1"),
                "{\"type\":\"annotated\"}",
                "{\"type\":\"lifecycle\",\"version\":\"rides:1\",\"to\":\"ARCHIVED\",\"reason\":\"r\",\"actor\":\"a\"}",
                "{\"type\":\"lifecycle\",\"version\":\"rides:1\",\"to\":\"BURNT\",\"reason\":\"r\",\"actor\":\"a\"}",
                "{\"type\":\"policy\",\"model\":\"rides\",\"requirements\":[{\"kind\":\"SIGNS\"}],\"reason\":\"r\",\"actor\":\"a\"}",
                "{\"type\":\"policy\",\"model\":\"rides\",\"requirements\":[{\"kind\":\"GATE_PASSED\"}],\"reason\":\"r\",\"actor\":\"a\"}",
                "{\"type\":\"policy\",\"model\":\"rides\",\"alias\":\"../x\",\"requirements\":[],\"reason\":\"r\",\"actor\":\"a\"}")) {
            var broken = new MemoryObjectStore();
            CommitLog.open(broken, "registry", CLOCK).append(CommitLog.Position.START, event.getBytes(UTF_8));

            assertThatThrownBy(() -> StoreRegistry.open(broken, CLOCK))
                    .as(event)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("commit 1");
        }
        var good = new MemoryObjectStore();
        CommitLog.open(good, "registry", CLOCK)
                .append(
                        CommitLog.Position.START,
                        String.format(version, 1, "model.onnx").getBytes(UTF_8));
        assertThat(StoreRegistry.open(good, CLOCK).versions(RIDES)).hasSize(1);
    }

    @Test
    void register_whatCouldNotBeReadAgain_neverReachesTheLog() {
        ValueSpec deep = TensorSpec.of("t", ElementType.FLOAT32);
        for (int i = 0; i < 200; i++) {
            deep = new SequenceSpec("s", deep);
        }
        var signature = new Signature(List.of(deep), List.of());
        StoreRegistry registry = open();

        assertThatThrownBy(() -> registry.register(wish("a").signature(signature)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(open().models()).isEmpty();
        registry.register(wish("a"));
    }

    @Test
    void bytes_changedBlob_isCorruption() throws IOException {
        StoreRegistry registry = open();
        ModelVersion version = registry.register(wish("weights"));
        String hex = version.modelFile().digest().hex();
        Key key = Key.of("blobs/sha256", hex.substring(0, 2), hex.substring(2));
        memory.delete(key);
        memory.putIfAbsent(key, Content.of("swapped".getBytes(UTF_8)));

        assertThatThrownBy(() -> registry.bytes(version.id(), "model.onnx", 100))
                .isInstanceOf(CorruptionException.class);
        try (InputStream in = registry.open(version.id(), "model.onnx")) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void registration_hostileNamesAndSizes_areRefused() {
        for (String bad : List.of(
                "", ".", "..", "../x", "a/b", "a\\b", "%2e%2e", "a\u0000", "a\r\n", "CON", "a.", "x".repeat(129))) {
            assertThatThrownBy(() -> wish("a").file(bad, Content.of(new byte[0])))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> wish("a").file("MODEL.onnx", Content.of(new byte[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model.onnx");
        assertThatThrownBy(() -> wish("a").metric("a//b", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> wish("a").tag("k", "x".repeat(Registration.MAX_TAG + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> wish("a").idempotencyKey(" \n")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Timeout(20)
    void refreshEvery_followsOthersAndOutlivesFailures() throws Exception {
        StoreRegistry mine = open();
        StoreRegistry theirs = StoreRegistry.open(memory, CLOCK);
        List<AliasMove> heard = new ArrayList<>();
        var first = new CountDownLatch(1);
        Subscription listening = mine.onMove(move -> {
            heard.add(move);
            first.countDown();
        });
        store.fail(FailingStore.Failure.GET);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        try {
            Subscription refreshing = mine.refreshEvery(Duration.ofMillis(1), scheduler);
            theirs.move(CHAMPION).to(theirs.register(wish("a"))).because("first", "bob");
            store.fail(FailingStore.Failure.NONE);
            first.await();
            refreshing.close();
        } finally {
            scheduler.shutdownNow();
            listening.close();
        }
        assertThat(heard).hasSize(1);
        assertThat(mine.view().tryResolve(CHAMPION)).isPresent();
        assertThatThrownBy(() -> mine.refreshEvery(Duration.ZERO, scheduler))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void goldenLog_ofThisFormat_isRead() throws IOException {
        StoreRegistry registry = StoreRegistry.open(GoldenLog.load("registry", "registry-log-1.txt"), CLOCK);

        ModelVersion v2 = registry.resolve(CHAMPION);
        assertThat(v2.id()).isEqualTo(RIDES.version(2));
        assertThat(v2.semVer()).contains(SemVer.of(1, 2, 3));
        assertThat(v2.signature().orElseThrow().outputs()).hasSize(2);
        assertThat(v2.provenance().parents()).containsExactly(RIDES.version(1));
        assertThat(v2.provenance().datasets()).hasSize(1);
        assertThat(v2.metrics()).containsEntry("nan", Double.NaN);
        assertThat(registry.view().tryRegistered(RIDES, "trigger-17")).contains(v2);
        assertThat(registry.history(CHAMPION))
                .extracting(AliasMove::kind)
                .containsExactly(
                        AliasMove.Kind.SET, AliasMove.Kind.SET, AliasMove.Kind.ROLLED_BACK, AliasMove.Kind.SET);
        assertThat(registry.view().aliases(RIDES)).containsOnlyKeys("champion");
    }

    @Test
    void goldenLog_ofTheSecondFormat_isRead() throws IOException {
        StoreRegistry registry = StoreRegistry.open(GoldenLog.load("registry", "registry-log-2.txt"), CLOCK);

        VersionRecord v3 = registry.record(RIDES.version(3));
        assertThat(v3.version().tags()).containsEntry("draft", "yes");
        assertThat(v3.registeredBy()).contains("eve");
        assertThat(v3.description()).isEqualTo("The third");
        assertThat(v3.tags()).hasSize(1).containsEntry("region", "west");
        assertThat(v3.metrics()).hasSize(1).containsEntry("rmse", Double.POSITIVE_INFINITY);
        assertThat(requireNonNull(v3.verdicts().get("fairness")).verdict())
                .isEqualTo(Verdict.pass(Evidence.none().with("gap", 0.5).with("slice", "weekends")));
        assertThat(requireNonNull(v3.verdicts().get("leaks")).verdict())
                .isEqualTo(Verdict.fail("one leak", Evidence.none()));
        assertThat(v3.approvals()).extracting(Approval::role).containsExactly("risk", "legal");
        assertThat(v3.lifecycle()).isEqualTo(Lifecycle.DISCARDED);
        assertThat(v3.changes()).hasSize(13);
        assertThat(registry.view().discarded()).containsExactly(v3.id());
        assertThat(registry.view().policies(RIDES))
                .extracting(setting -> setting.policy().requirements().size())
                .containsExactly(1, 3, 1);
        assertThat(v3.signatures()).hasSize(1);
        assertThat(registry.view().aliases(RIDES)).containsExactly(Map.entry("champion", RIDES.version(1)));
        assertThat(registry.history(CHAMPION)).hasSize(5);
        assertThat(registry.history(RIDES.alias("shadow"))).hasSize(4);
    }

    @Test
    void checkpoint_ofEveryEvent_givesAnEqualState() throws IOException {
        var fold = new RegistryFold();
        StoreRegistry registry = StoreRegistry.open(GoldenLog.load("registry", "registry-log-2.txt"), CLOCK);
        byte[] checkpoint = fold.checkpoint((RegistryState) registry.view());

        RegistryState restored = fold.restore(checkpoint);

        assertThat(fold.checkpoint(restored)).isEqualTo(checkpoint);
        assertThat(restored.records(RIDES)).isEqualTo(registry.view().records(RIDES));
        assertThat(restored.history(CHAMPION)).isEqualTo(registry.view().history(CHAMPION));
        assertThat(restored.policyHistory(RIDES)).isEqualTo(registry.view().policyHistory(RIDES));
        assertThat(restored.discarded()).isEqualTo(registry.view().discarded());
        assertThat(restored.lineage(RIDES.version(1))).isEqualTo(registry.view().lineage(RIDES.version(1)));
        assertThat(restored.movesAfter(0)).isEqualTo(((RegistryState) registry.view()).movesAfter(0));
    }

    @Test
    void restore_brokenBytes_isCorruption() throws IOException {
        var fold = new RegistryFold();
        StoreRegistry registry = StoreRegistry.open(GoldenLog.load("registry", "registry-log-2.txt"), CLOCK);
        byte[] good = fold.checkpoint((RegistryState) registry.view());
        for (int length = 0; length < good.length; length += 97) {
            byte[] torn = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> fold.restore(torn))
                    .as("cut at %s", length)
                    .isInstanceOf(CorruptionException.class);
        }
        assertThatThrownBy(() -> fold.restore("{\"schema\":1}".getBytes(UTF_8)))
                .isInstanceOf(CorruptionException.class);
    }

    @Test
    void goldenLog_isWhatIsWrittenToday() throws IOException {
        var fresh = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(fresh, CLOCK);
        EveryEvent.write(registry);

        List<String> events = GoldenLog.events(fresh, "registry");
        assertThat(events).isEqualTo(GoldenLog.events("registry-log-1.txt"));

        EveryEvent.writeMore(registry);
        assertThat(GoldenLog.events(fresh, "registry")).isEqualTo(GoldenLog.events("registry-log-2.txt"));
    }

    @Test
    void goldenLog_holdsEveryTypeOfEvent() throws IOException {
        String all = String.join("\n", GoldenLog.events("registry-log-2.txt"));

        for (Class<?> event : leaves(RegistryEvent.class)) {
            assertThat(all).as(event.getSimpleName()).contains("{\"type\":\"" + typeOf(event) + "\"");
        }
        for (var kind : StoredRequirement.Kind.values()) {
            assertThat(all).contains("{\"kind\":\"" + kind + "\"");
        }
    }

    private static List<Class<?>> leaves(Class<?> sealed) {
        List<Class<?>> found = new ArrayList<>();
        for (Class<?> one : sealed.getPermittedSubclasses()) {
            found.addAll(one.isSealed() ? leaves(one) : List.of(one));
        }
        return found;
    }

    private static String typeOf(Class<?> event) {
        try {
            return (String) event.getDeclaredField("TYPE").get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(event + " has no name", e);
        }
    }
}
