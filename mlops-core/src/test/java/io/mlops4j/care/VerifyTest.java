package io.mlops4j.care;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunOptions;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.training.SteppedClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
    private static final ModelName RIDES = ModelName.of("rides");

    private final SteppedClock clock = SteppedClock.at("2026-11-21T10:00:00Z");
    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Care care = Care.of(store, clock);

    private static Content content(String text) {
        return Content.of(text.getBytes(UTF_8));
    }

    private ModelVersion register(String bytes) {
        return register(store, bytes);
    }

    private ModelVersion register(ObjectStore where, String bytes) {
        return StoreRegistry.open(where, clock).register(Registration.of(RIDES).file("model.onnx", content(bytes)));
    }

    private void replace(Key key, byte[] bytes) {
        store.delete(key);
        store.putIfAbsent(key, Content.of(bytes));
    }

    private byte[] bytes(Key key) {
        return store.get(key).orElseThrow().bytes(1 << 20);
    }

    private static Key commit(String log, long number) {
        return Key.of("logs", log, String.format(Locale.ROOT, "%020d", number));
    }

    private void append(String log, int commits) {
        CommitLog to = CommitLog.open(store, log, clock);
        CommitLog.Position end = CommitLog.Position.START;
        for (Commit there : to.read(end, 1000)) {
            end = there.position();
        }
        for (int i = 0; i < commits; i++) {
            end = to.append(end, ("{\"i\":" + i + "}").getBytes(UTF_8)).position();
        }
    }

    @Test
    void verify_wholeStore_isHealthyAndTellsProgress() {
        register("one");
        register("two");
        try (Run run = StoreTracker.open(store, clock).start("e")) {
            run.artifact("a.bin", content("of a run"));
            run.finish();
        }
        List<Progress> heard = new ArrayList<>();

        VerifyReport report = care.verify(heard::add);

        assertThat(report.findings()).isEmpty();
        assertThat(report.isHealthy()).isTrue();
        assertThat(report.bytes()).isEqualTo(3 + 3 + 8);
        assertThat(report.objects()).containsEntry(Room.BLOBS, 3L);
        assertThat(report.toString()).contains("healthy", "LOGS");
        assertThat(heard).contains(new Progress(Room.BLOBS, 3, 3, 14, 14));
        assertThat(heard.get(heard.size() - 1).room()).isEqualTo(Room.LOGS);
        assertThat(heard.get(heard.size() - 1).items())
                .isEqualTo(heard.get(heard.size() - 1).totalItems());
        assertThat(care.verify()).isEqualTo(report);
    }

    @Test
    void verify_everyByteOfEveryObjectFlipped_isFoundAtItsKey() {
        register("one");
        register("two");
        try (Run run = StoreTracker.open(store, clock).start("e")) {
            run.artifact("a.bin", content("of a run"));
        }
        int flips = 0;
        for (Key key : store.list(Prefix.all(), null, 1000).keys()) {
            byte[] whole = bytes(key);
            for (int at = 0; at < whole.length; at++) {
                byte[] broken = whole.clone();
                broken[at] ^= 0x10;
                replace(key, broken);
                VerifyReport report = care.verify();
                assertThat(report.isHealthy()).as("%s byte %d", key, at).isFalse();
                assertThat(report.findings()).extracting(Finding::key).contains(key);
                flips++;
            }
            replace(key, whole);
        }
        assertThat(care.verify().findings()).isEmpty();
        assertThat(flips).isGreaterThan(1000);
    }

    @Test
    void verify_corruptOrMissingBlob_saysWhoNeedsIt() {
        ModelVersion version = register("weights");
        try (Run run =
                StoreTracker.open(store, clock).start("e", RunOptions.defaults().withId("r1"))) {
            run.artifact("copy.onnx", content("weights"));
        }
        Key key = Room.blob(version.modelFile().digest());
        replace(key, "WEIGHTS".getBytes(UTF_8));

        Finding corrupt = care.verify().findings(Finding.Kind.CORRUPT_BLOB).get(0);

        assertThat(corrupt.key()).isEqualTo(key);
        assertThat(corrupt.expected()).contains(version.modelFile().digest().toString());
        assertThat(corrupt.found())
                .contains("7 bytes", Digest.of("WEIGHTS".getBytes(UTF_8)).toString());
        assertThat(corrupt.referrers()).containsExactly("version rides:1 (model.onnx)", "run r1 (copy.onnx)");
        store.delete(key);
        Finding missing = care.verify().findings(Finding.Kind.MISSING_BLOB).get(0);
        assertThat(missing.referrers()).containsExactly("version rides:1 (model.onnx)", "run r1 (copy.onnx)");
        assertThat(missing.toString()).contains("MISSING_BLOB", key.value(), "needed by version rides:1");
    }

    @Test
    void verify_missingAndRewrittenCommits_areFoundAtTheirNumbers() {
        append("a", 5);
        append("a/0", 3);
        append("b", 1);
        store.delete(commit("a", 2));
        store.delete(commit("a", 3));
        store.delete(commit("a/0", 1));
        replace(commit("b", 1), bytes(commit("a", 1)));
        append("b", 1);
        CommitLog other = CommitLog.open(store, "other", clock);
        other.append(CommitLog.Position.START, "{}".getBytes(UTF_8));
        replace(commit("b", 1), bytes(commit("other", 1)));

        VerifyReport report = care.verify();

        assertThat(report.findings(Finding.Kind.MISSING_COMMIT))
                .extracting(Finding::expected)
                .containsExactly("commit 1 of log a/0", "commits 2 to 3 of log a");
        assertThat(report.findings(Finding.Kind.BROKEN_CHAIN))
                .extracting(Finding::key)
                .containsExactly(commit("b", 2));
        assertThat(report.counts().values()).containsExactlyInAnyOrder(2L, 1L);
    }

    @Test
    void verify_checkpoints_areHeldAgainstTheirLog() {
        StoreRegistry registry = StoreRegistry.open(store, clock);
        for (int i = 0; i < 256; i++) {
            registry.register(Registration.of(RIDES).file("model.onnx", content("m")));
        }
        Key key = Key.of("checkpoints/registry/00000000000000000256");
        assertThat(care.verify().findings()).isEmpty();
        byte[] whole = bytes(key);
        byte[] broken = whole.clone();
        broken[broken.length / 2] ^= 1;
        replace(key, broken);
        VerifyReport report = care.verify();
        assertThat(report.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.BROKEN_CHECKPOINT);
        assertThat(report.isHealthy()).isTrue();

        replace(key, whole);
        store.delete(commit("registry", 256));
        // The only trace of a commit that is missing at the end.
        assertThat(care.verify().findings(Finding.Kind.BROKEN_CHECKPOINT).get(0).found())
                .contains("no commit 256");
    }

    @Test
    void verify_foreignKeys_areNamedAndNoDamage() {
        for (String key : List.of("notes/first", "blobs/sha256/ab/short", "logs/a/b", "logs/a/09999999999999999999")) {
            store.putIfAbsent(Key.of(key), content("mine"));
        }
        VerifyReport report = care.verify();

        assertThat(report.findings(Finding.Kind.FOREIGN_KEY)).hasSize(4);
        assertThat(report.isHealthy()).isTrue();
    }

    @Test
    void verify_brokenAllOver_listsOnlySoMuch() {
        for (int i = 0; i < VerifyReport.MAX_FINDINGS + 5; i++) {
            store.putIfAbsent(Key.of("notes/n" + i), content(""));
        }
        VerifyReport report = care.verify();

        assertThat(report.findings()).hasSize(VerifyReport.MAX_FINDINGS);
        assertThat(report.counts()).containsEntry(Finding.Kind.FOREIGN_KEY, VerifyReport.MAX_FINDINGS + 5L);
        assertThat(report.toString()).endsWith("and " + (VerifyReport.MAX_FINDINGS + 5 - 100) + " more\n");
    }

    @Test
    void quarantine_putsCorruptBlobsAside_andPublishingHeals(@TempDir Path folder) throws Exception {
        try (var files = FileObjectStore.open(folder)) {
            ModelVersion version = register(files, "weights");
            register(files, "others");
            Key key = Room.blob(version.modelFile().digest());
            Path file = folder.resolve(key.value() + "=");
            file.toFile().setWritable(true);
            Files.write(file, "WEIGHTS".getBytes(UTF_8));
            Care ofFiles = Care.of(files, clock);

            QuarantineReport report = ofFiles.quarantine(ofFiles.verify());

            Key aside = requireNonNull(report.moved().get(key));
            assertThat(files.get(aside).orElseThrow().bytes(100))
                    .asString(UTF_8)
                    .isEqualTo("WEIGHTS");
            assertThat(report.toString()).contains("put aside 1", aside.value());
            StoreRegistry registry = StoreRegistry.open(files, clock);
            assertThatThrownBy(() -> registry.bytes(version.id(), "model.onnx", 100))
                    .isInstanceOf(NotFoundException.class);
            assertThat(ofFiles.verify().findings(Finding.Kind.MISSING_BLOB)).hasSize(1);

            register(files, "weights");
            assertThat(registry.bytes(version.id(), "model.onnx", 100))
                    .asString(UTF_8)
                    .isEqualTo("weights");
            assertThat(ofFiles.verify().findings()).isEmpty();
        }
    }

    @Test
    void quarantine_healedMeanwhile_isLeft() {
        ModelVersion version = register("weights");
        Key key = Room.blob(version.modelFile().digest());
        byte[] right = bytes(key);
        replace(key, "WEIGHTS".getBytes(UTF_8));
        VerifyReport report = care.verify();
        replace(key, right);

        assertThat(care.quarantine(report).left()).containsEntry(key, "its bytes are right now");
        assertThat(bytes(key)).isEqualTo(right);
        assertThat(care.verify().findings()).isEmpty();
    }

    @Test
    void quarantine_diesAtAnyCall_losesNoByte() {
        for (int call = 1; call < 12; call++) {
            var memory = new MemoryObjectStore();
            ModelVersion version = register(memory, "weights");
            Key key = Room.blob(version.modelFile().digest());
            memory.delete(key);
            memory.putIfAbsent(key, content("WEIGHTS"));
            VerifyReport report = Care.of(memory, clock).verify();
            try {
                Care.of(SteppedStore.dyingAt(memory, call), clock).quarantine(report);
            } catch (StorageException died) {
                assertThat(died).hasMessageContaining("dead");
            }
            List<Key> aside = memory.list(Prefix.of("quarantine"), null, 10).keys();
            assertThat(memory.get(key).isPresent() || !aside.isEmpty())
                    .as("died at call %d", call)
                    .isTrue();

            clock.advance(Duration.ofHours(11));
            Care.of(memory, clock).quarantine(report);
            Care.of(memory, clock).quarantine(report);
            assertThat(memory.get(key)).as("died at call %d", call).isEmpty();
        }
    }

    @Test
    void verify_linkInABlobsPlace_isFound(@TempDir Path folder) throws Exception {
        try (var files = FileObjectStore.open(folder)) {
            ModelVersion version = register(files, "weights");
            Key key = Room.blob(version.modelFile().digest());
            Path file = folder.resolve(key.value() + "=");
            Path elsewhere = folder.resolve("elsewhere");
            Files.move(file, elsewhere);
            Files.createSymbolicLink(file, elsewhere);
            Care ofFiles = Care.of(files, clock);

            VerifyReport report = ofFiles.verify();

            assertThat(report.findings()).extracting(Finding::kind).containsExactly(Finding.Kind.CORRUPT_BLOB);
            assertThat(report.findings().get(0).found()).contains("symbolic link");
            assertThat(ofFiles.quarantine(report).left())
                    .hasEntrySatisfying(key, why -> assertThat(why).contains("cannot be copied"));
        }
    }
}
