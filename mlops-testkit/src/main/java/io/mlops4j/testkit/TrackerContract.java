package io.mlops4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Content;
import io.mlops4j.tracking.MetricPoint;
import io.mlops4j.tracking.Run;
import io.mlops4j.tracking.RunOptions;
import io.mlops4j.tracking.RunQuery;
import io.mlops4j.tracking.RunRecord;
import io.mlops4j.tracking.RunStatus;
import io.mlops4j.tracking.Tracker;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Tracker} must keep. Extend it, open your tracker, and run it.
 *
 * <p>Confined to one thread at a time.
 */
public abstract class TrackerContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String RIDES = "rides-daily";

    private final ManualClock clock = ManualClock.at(START);

    /** For subclasses. */
    protected TrackerContract() {}

    /**
     * Opens a tracker on the backend of this test, which is empty when a test begins. Called several times in one test:
     * all trackers share the backend and nothing else.
     *
     * @param clock stamps what is written
     * @return a tracker
     */
    protected abstract Tracker open(Clock clock);

    private Tracker open() {
        return open(clock);
    }

    private static RunOptions id(String id) {
        return RunOptions.defaults().withId(id);
    }

    @Test
    void run_everything_isReadBackByAnother() throws IOException {
        var dataset = new DatasetRef("rides-2005", Digest.of(new byte[] {1}), 1461);
        String id;
        Artifact artifact;
        try (Run run = open().start(RIDES, RunOptions.defaults().withTag("trigger", "drift"))) {
            id = run.id();
            run.parameter("depth", 4)
                    .parameter("rate", 0.1)
                    .parameters(Map.of("loss", "mse", "empty", ""))
                    .tag("note", "Ünïcode \uD83D\uDE80\n")
                    .input(dataset)
                    .metric("rmse", 1, 3.5)
                    .metric("rmse", 2, 2.1)
                    .metric("nan", Double.NaN)
                    .metric("inf", Double.NEGATIVE_INFINITY);
            artifact = run.artifact("model.onnx", Content.of("weights".getBytes(UTF_8)));
            clock.advance(Duration.ofMinutes(3));
            assertThat(run.finish().status()).isEqualTo(RunStatus.FINISHED);
        }

        RunRecord read = open().run(id);

        assertThat(read.experiment()).isEqualTo(RIDES);
        assertThat(read.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(read.startedAt()).isEqualTo(START);
        assertThat(read.endedAt()).contains(START.plus(Duration.ofMinutes(3)));
        assertThat(read.parameters()).isEqualTo(Map.of("depth", "4", "rate", "0.1", "loss", "mse", "empty", ""));
        assertThat(read.tags()).isEqualTo(Map.of("trigger", "drift", "note", "Ünïcode \uD83D\uDE80\n"));
        assertThat(read.inputs()).containsExactly(dataset);
        assertThat(read.metric("rmse")).hasValue(2.1);
        assertThat(read.metric("nan")).hasValue(Double.NaN);
        assertThat(read.metric("inf")).hasValue(Double.NEGATIVE_INFINITY);
        assertThat(read.metric("none")).isEmpty();
        assertThat(read.artifact("model.onnx")).isEqualTo(artifact);
        assertThat(artifact.size()).isEqualTo(7);
        try (InputStream in = open().open(id, "model.onnx")) {
            assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("weights");
        }
    }

    @Test
    void metrics_areDurableAtFlushAndWithEveryOtherWrite() {
        Tracker other = open();
        try (Run run = open().start(RIDES, id("r1"))) {
            run.metric("a", 1).flush();
            assertThat(other.run("r1").metric("a")).hasValue(1);
            run.metric("b", 1).tag("t", "x");
            assertThat(other.run("r1").metric("b")).hasValue(1);
            for (int step = 0; step < Tracker.BATCH; step++) {
                run.metric("c", step, step);
            }
            assertThat(other.run("r1").metric("c")).hasValue(Tracker.BATCH - 1);
            run.metric("d", 1);
        }
        assertThat(other.run("r1").metric("d")).hasValue(1);
    }

    @Test
    void history_hasOneValueAStepTheOneLoggedLast() {
        try (Run run = open().start(RIDES, id("r1"))) {
            run.metric("rmse", 2, 2).metric("rmse", 1, 1).metric("other", 1, 9);
            run.flush();
            run.metric("rmse", 2, 20).metric("rmse", -1, -1);
            run.finish();
        }
        Tracker tracker = open();

        assertThat(tracker.history("r1", "rmse")).extracting(MetricPoint::step).containsExactly(-1L, 1L, 2L);
        assertThat(tracker.history("r1", "rmse")).extracting(MetricPoint::value).containsExactly(-1.0, 1.0, 20.0);
        assertThat(tracker.run("r1").metric("rmse")).hasValue(20);
        assertThat(tracker.history("r1", "none")).isEmpty();
        assertThatThrownBy(() -> tracker.history("r2", "rmse")).isInstanceOf(NotFoundException.class);
    }

    @Test
    void parameter_otherValue_isRefused() {
        try (Run run = open().start(RIDES, id("r1"))) {
            run.parameter("depth", 4).parameter("depth", 4);
            assertThatThrownBy(() -> run.parameters(Map.of("depth", "5", "new", "1")))
                    .isInstanceOf(AlreadyExistsException.class)
                    .hasMessageContaining("depth")
                    .hasMessageContaining("r1");
            run.finish();
        }
        assertThat(open().run("r1").parameters()).isEqualTo(Map.of("depth", "4"));
    }

    @Test
    void tag_otherValue_replaces() {
        try (Run run = open().start(RIDES, id("r1"))) {
            run.tag("stage", "a").tag("stage", "b").finish();
        }
        assertThat(open().run("r1").tags()).containsEntry("stage", "b");
    }

    @Test
    void artifact_otherBytes_isRefused() {
        try (Run run = open().start(RIDES, id("r1"))) {
            run.artifact("a.bin", Content.of(new byte[] {1}));
            run.artifact("a.bin", Content.of(new byte[] {1}));
            assertThatThrownBy(() -> run.artifact("a.bin", Content.of(new byte[] {2})))
                    .isInstanceOf(AlreadyExistsException.class)
                    .hasMessageContaining("a.bin");
        }
    }

    @Test
    void close_withoutEnd_isKilledAndCanGoOn() {
        Tracker tracker = open();
        tracker.start(RIDES, id("r1")).metric("a", 1).parameter("p", 1).close();
        assertThat(tracker.run("r1").status()).isEqualTo(RunStatus.KILLED);
        assertThat(tracker.run("r1").reason()).isPresent();
        assertThat(tracker.run("r1").endedAt()).isPresent();

        try (Run again = open().start(RIDES, id("r1").withTag("attempt", "2"))) {
            assertThat(tracker.run("r1").status()).isEqualTo(RunStatus.RUNNING);
            assertThat(tracker.run("r1").endedAt()).isEmpty();
            again.metric("b", 2).parameter("p", 1).finish();
        }
        RunRecord run = tracker.run("r1");
        assertThat(run.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.reason()).isEmpty();
        assertThat(run.metric("a")).hasValue(1);
        assertThat(run.metric("b")).hasValue(2);
        assertThat(run.tags()).containsEntry("attempt", "2");
    }

    @Test
    void resume_unfinished_goesOn() {
        try (Run dead = open().start(RIDES, id("r1"))) {
            dead.parameter("p", 1);
            // As if its process had died: another takes it up while it is RUNNING.
            try (Run run = open().resume("r1")) {
                assertThat(run.experiment()).isEqualTo(RIDES);
                run.metric("a", 1).finish();
            }
        }
        assertThat(open().run("r1").status()).isEqualTo(RunStatus.FINISHED);
        assertThat(open().run("r1").parameters()).containsEntry("p", "1");
    }

    @Test
    void startOrResume_ended_isRefused() {
        Tracker tracker = open();
        try (Run run = tracker.start(RIDES, id("r1"))) {
            run.finish();
        }
        try (Run run = tracker.start(RIDES, id("r2"))) {
            run.fail("no data");
        }
        for (String ended : List.of("r1", "r2")) {
            assertThatThrownBy(() -> open().start(RIDES, id(ended)))
                    .isInstanceOf(AlreadyExistsException.class)
                    .hasMessageContaining(ended);
            assertThatThrownBy(() -> tracker.resume(ended)).isInstanceOf(AlreadyExistsException.class);
        }
        assertThat(tracker.run("r2").reason()).contains("no data");
        assertThatThrownBy(() -> tracker.resume("r3"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("r3");
    }

    @Test
    void start_takenId_isRefused() {
        Tracker tracker = open();
        tracker.start(RIDES, id("r1")).close();

        assertThatThrownBy(() -> tracker.start("other", id("r1")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining(RIDES);
        assertThatThrownBy(() -> open().start(RIDES, id("R1")))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("r1");
    }

    @Test
    void write_afterEnd_isRefused() {
        try (Run run = open().start(RIDES, id("r1"))) {
            RunRecord ended = run.finish();
            assertThat(run.finish()).isEqualTo(ended);
            assertThatThrownBy(() -> run.metric("a", 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> run.fail("late")).isInstanceOf(IllegalStateException.class);
        }
        assertThat(open().run("r1").status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void track_endsAsTheWorkDoes() throws Exception {
        Tracker tracker = open();

        assertThat(tracker.<Integer, RuntimeException>track(RIDES, id("good"), run -> {
                    run.metric("a", 1);
                    return 42;
                }))
                .isEqualTo(42);
        assertThatThrownBy(() -> tracker.track(RIDES, id("bad"), run -> {
                    throw new IOException("no data");
                }))
                .isInstanceOf(IOException.class);

        assertThat(tracker.run("good").status()).isEqualTo(RunStatus.FINISHED);
        assertThat(tracker.run("good").metric("a")).hasValue(1);
        assertThat(tracker.run("bad").status()).isEqualTo(RunStatus.FAILED);
        assertThat(tracker.run("bad").reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("no data"));
    }

    @Test
    void hostileNamesAndLongValues_areRefused() {
        Tracker tracker = open();
        for (String bad : List.of("", ".", "..", "../x", "a/b", "a\\b", "a\u0000", "a\nb", "a.b", "x".repeat(129))) {
            assertThatThrownBy(() -> id(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> tracker.run(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> tracker.start("../x")).isInstanceOf(IllegalArgumentException.class);
        try (Run run = tracker.start(RIDES, id("r1"))) {
            for (String bad : List.of("", "../x", "a//b", "/a", "a\nb", "a%2e", "x".repeat(Tracker.MAX_KEY + 1))) {
                assertThatThrownBy(() -> run.metric(bad, 1)).as(bad).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> run.tag(bad, "")).as(bad).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> run.parameter(bad, "")).as(bad).isInstanceOf(IllegalArgumentException.class);
            }
            run.tag("k", "x".repeat(Tracker.MAX_TAG)).parameter("k", "x".repeat(Tracker.MAX_PARAMETER));
            assertThatThrownBy(() -> run.tag("k", "x".repeat(Tracker.MAX_TAG + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.parameter("p", "x".repeat(Tracker.MAX_PARAMETER + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.tag("k", "\uD800")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.artifact("../x", Content.of(new byte[0])))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void find_byEachCondition() {
        Tracker tracker = open();
        ended(tracker, "good", "4", 2.1);
        ended(tracker, "bad", "6", 4.5);
        ended(tracker, "nan", "4", Double.NaN);
        try (Run running = tracker.start(RIDES, id("running"))) {
            running.parameter("depth", 4).flush();
            tracker.start("other", id("elsewhere")).close();

            assertThat(ids(RunQuery.in(RIDES))).containsExactly("running", "nan", "bad", "good");
            assertThat(ids(RunQuery.all())).hasSize(5);
            assertThat(ids(RunQuery.in(RIDES).oldestFirst().limit(1))).containsExactly("good");
            assertThat(ids(RunQuery.in(RIDES).withStatus(RunStatus.RUNNING))).containsExactly("running");
            assertThat(ids(RunQuery.all().withStatus(RunStatus.RUNNING, RunStatus.KILLED)))
                    .containsExactlyInAnyOrder("running", "elsewhere");
            assertThat(ids(RunQuery.in(RIDES).withParameter("depth", "4"))).containsExactly("running", "nan", "good");
            assertThat(ids(RunQuery.all().withTag("name", "bad"))).containsExactly("bad");
            assertThat(ids(RunQuery.all().withMetric("rmse", RunQuery.Op.BELOW, 4.5)))
                    .containsExactly("good");
            assertThat(ids(RunQuery.all().withMetric("rmse", RunQuery.Op.AT_MOST, 4.5)))
                    .containsExactly("bad", "good");
            assertThat(ids(RunQuery.all().withMetric("rmse", RunQuery.Op.ABOVE, 2.1)))
                    .containsExactly("bad");
            assertThat(ids(RunQuery.all().withMetric("rmse", RunQuery.Op.AT_LEAST, 2.1)))
                    .containsExactly("bad", "good");
            assertThat(ids(RunQuery.all().withMetric("rmse", RunQuery.Op.EQUAL, 2.1)))
                    .containsExactly("good");
            assertThat(ids(RunQuery.in(RIDES).lowestFirst("rmse"))).containsExactly("good", "bad", "nan", "running");
            assertThat(ids(RunQuery.in(RIDES).highestFirst("rmse"))).containsExactly("bad", "good", "nan", "running");
        }
    }

    private void ended(Tracker tracker, String id, String depth, double rmse) {
        clock.advance(Duration.ofMinutes(1));
        try (Run run = tracker.start(RIDES, id(id).withTag("name", id))) {
            run.parameter("depth", depth).metric("rmse", rmse).finish();
        }
        clock.advance(Duration.ofMinutes(1));
    }

    private List<String> ids(RunQuery query) {
        return open().find(query).stream().map(RunRecord::id).toList();
    }

    @Test
    void compare_showsDifferences() {
        Tracker tracker = open();
        ended(tracker, "good", "4", 2.1);
        ended(tracker, "bad", "6", 4.5);
        ended(tracker, "same", "4", 2.1);

        var comparison = tracker.compare(List.of("good", "bad"));

        assertThat(comparison.parameters().keySet()).containsExactly("depth");
        assertThat(comparison.metrics().keySet()).containsExactly("rmse");
        assertThat(comparison.table()).isEqualTo("""
                        run         good       bad
                        status  FINISHED  FINISHED
                        depth          4         6
                        rmse         2.1       4.5
                        """);
        assertThat(tracker.compare(List.of("good", "same")).parameters()).isEmpty();
        assertThatThrownBy(() -> tracker.compare(List.of("good", "gone"))).isInstanceOf(NotFoundException.class);
    }
}
