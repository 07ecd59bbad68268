package io.mlops4j.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.GoldenLog;
import io.mlops4j.StorageException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.registry.FailingStore;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StoreTrackerTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final RunOptions R1 = RunOptions.defaults().withId("r1");

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final FailingStore store = new FailingStore(memory);

    private StoreTracker open() {
        return StoreTracker.open(store, CLOCK);
    }

    @Test
    void metrics_failedFlush_stayBuffered() {
        Run run = open().start("rides", R1);
        run.metric("a", 1);
        store.fail(FailingStore.Failure.LOG_PUT);
        assertThatThrownBy(run::flush).isInstanceOf(StorageException.class);
        store.fail(FailingStore.Failure.NONE);

        run.flush();

        assertThat(open().run("r1").metric("a")).hasValue(1);
        run.close();
    }

    @Test
    void finish_crashBeforeTheIndexKnows_isFinishedAllTheSame() {
        Run run = open().start("rides", R1);
        run.metric("a", 1);
        run.finish();
        // As if the process had died between the commit to the run's log and that to the index.
        memory.delete(Key.of("logs/tracker", String.format("%020d", 2)));

        assertThat(open().run("r1").status()).isEqualTo(RunStatus.FINISHED);
        assertThat(open().find(RunQuery.all().withStatus(RunStatus.FINISHED)))
                .extracting(found -> found.metric("a").orElseThrow())
                .containsExactly(1.0);
    }

    @Test
    void start_failsAfterTheIndexKnows_canBeRepeated() {
        StoreTracker tracker = open();
        tracker.start("rides", R1.withTag("k", "v"));
        // As if the process had died before the first commit to the run's log.
        memory.delete(Key.of("logs/runs/r1", String.format("%020d", 1)));

        assertThat(open().run("r1").status()).isEqualTo(RunStatus.RUNNING);
        open().start("rides", R1.withTag("k", "w")).finish();
        assertThat(open().run("r1").tags()).containsEntry("k", "w");
        assertThat(open().find(RunQuery.all())).hasSize(1);
    }

    @Test
    void write_endedByAnother_isConflict() {
        Run mine = open().start("rides", R1);
        open().resume("r1").finish();

        assertThatThrownBy(() -> mine.tag("k", "v")).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> mine.fail("late")).isInstanceOf(ConflictException.class);
        mine.close();
        assertThat(open().run("r1").status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void write_killedByAnother_isConflictUntilResumed() {
        Run mine = open().start("rides", R1);
        open().resume("r1").close();

        assertThatThrownBy(() -> mine.tag("k", "v")).isInstanceOf(ConflictException.class);
        open().resume("r1").finish();
    }

    @Test
    void run_tooLargeForTheIndex_isReadFromItsOwnLog() {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            many.put("p" + i, "x".repeat(Tracker.MAX_PARAMETER));
        }
        open().start("rides", R1).parameters(many).finish();

        assertThat(GoldenLog.events(memory, "tracker")).hasSize(1);
        assertThat(open().find(RunQuery.in("rides")))
                .extracting(run -> run.parameters().size())
                .containsExactly(200);
    }

    @Test
    void parameters_beyondTheMost_areRefused() {
        Map<String, String> many = new TreeMap<>();
        for (int i = 0; i < Tracker.MAX_ENTRIES; i++) {
            many.put("p" + i, "x");
        }
        Run run = open().start("rides", R1).parameters(many);

        assertThatThrownBy(() -> run.parameter("one-more", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 10000");
        run.parameter("p1", "x").finish();
    }

    @Test
    void reopen_throughLogOrCheckpoints_givesEqualRuns() {
        StoreTracker tracker = open();
        for (int i = 0; i < 140; i++) {
            Run run = tracker.start("rides", RunOptions.defaults().withId("r" + i));
            run.parameter("i", i).metric("m", i, i);
            if (i % 7 != 0) {
                run.finish();
            }
        }
        Run longRun = tracker.resume("r0");
        for (int i = 0; i < 300; i++) {
            longRun.metric("loss", i, 1.0 / (i + 1)).flush();
        }
        List<RunRecord> live = tracker.find(RunQuery.all());
        List<RunRecord> reopened = open().find(RunQuery.all());
        for (String log : List.of("tracker", "runs/r0")) {
            Key checkpoint = Key.of("checkpoints/" + log, String.format("%020d", 256));
            assertThat(memory.get(checkpoint)).as(log).isPresent();
            memory.delete(checkpoint);
        }

        assertThat(reopened).isEqualTo(live).hasSize(140);
        assertThat(open().find(RunQuery.all())).isEqualTo(live);
        assertThat(open().history("r0", "loss")).hasSize(300);
    }

    @Test
    void open_eventsThatMakeNoSense_areCorruption() {
        for (String event :
                List.of("x", "{}", "{\"type\":\"signed\"}", "{\"type\":\"ended\"}", "{\"type\":\"started\"}")) {
            var broken = new MemoryObjectStore();
            CommitLog.open(broken, "tracker", CLOCK).append(CommitLog.Position.START, event.getBytes(UTF_8));
            assertThatThrownBy(() -> StoreTracker.open(broken, CLOCK))
                    .as(event)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("commit 1");
        }
        open().start("rides", R1).tag("k", "v").close();
        Key first = Key.of("logs/runs/r1", String.format("%020d", 1));
        memory.delete(first);
        memory.putIfAbsent(first, Content.of("{}".getBytes(UTF_8)));
        assertThatThrownBy(() -> open().run("r1")).isInstanceOf(CorruptionException.class);
    }

    @Test
    void newIds_sortByTime() {
        String id = open().start("rides").id();
        assertThat(id).startsWith("r20261121-100000-").matches("[a-z0-9-]+");
        assertThat(open().start("rides").id()).isNotEqualTo(id);
    }

    private static void writeEveryEvent(Tracker tracker) {
        Run run = tracker.start("rides", R1.withTag("trigger", "drift"));
        run.parameter("depth", 4)
                .input(new DatasetRef("rides-2005", Digest.of("data".getBytes(UTF_8)), 1461))
                .metric("rmse", 1, 2.1)
                .metric("nan", Double.NaN);
        run.artifact("model.onnx", Content.of("one".getBytes(UTF_8)));
        run.metric("rmse", 2, 2.0).close();
        tracker.resume("r1").fail("no data");
    }

    @Test
    void goldenLogs_ofThisFormat_areRead() throws IOException {
        MemoryObjectStore golden = GoldenLog.load("tracker", "tracker-log-1.txt");
        GoldenLog.loadInto(golden, "runs/r1", "run-log-1.txt");
        StoreTracker tracker = StoreTracker.open(golden, CLOCK);

        RunRecord run = tracker.run("r1");

        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.reason()).contains("no data");
        assertThat(run.parameters()).containsEntry("depth", "4");
        assertThat(run.tags()).containsEntry("trigger", "drift");
        assertThat(run.inputs()).hasSize(1);
        assertThat(run.metric("nan")).hasValue(Double.NaN);
        assertThat(run.artifact("model.onnx").size()).isEqualTo(3);
        assertThat(tracker.history("r1", "rmse")).extracting(MetricPoint::value).containsExactly(2.1, 2.0);
        MemoryObjectStore withoutIndexEnd = GoldenLog.load("tracker", "tracker-log-1.txt");
        withoutIndexEnd.delete(Key.of("logs/tracker", String.format("%020d", 2)));
        GoldenLog.loadInto(withoutIndexEnd, "runs/r1", "run-log-1.txt");
        assertThat(StoreTracker.open(withoutIndexEnd, CLOCK).run("r1")).isEqualTo(run);
    }

    @Test
    void goldenLogs_areWhatIsWrittenToday() throws IOException {
        var fresh = new MemoryObjectStore();
        writeEveryEvent(StoreTracker.open(fresh, CLOCK));

        assertThat(GoldenLog.events(fresh, "tracker")).isEqualTo(GoldenLog.events("tracker-log-1.txt"));
        assertThat(GoldenLog.events(fresh, "runs/r1")).isEqualTo(GoldenLog.events("run-log-1.txt"));
    }
}
