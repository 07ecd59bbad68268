package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Requirement.Approvals;
import io.mlops4j.registry.Requirement.GatePassed;
import io.mlops4j.registry.Requirement.MetricAtMost;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Clock;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A policy is judged on the state right before the commit: whoever comes in between is not missed. */
class PolicyRaceTest {
    private static final Alias CHAMPION = ModelName.of("rides").alias("champion");

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final Interloper store = new Interloper(memory);
    private final ModelRegistry mine = StoreRegistry.open(store, Clock.systemUTC());
    private final ModelRegistry theirs = StoreRegistry.open(memory, Clock.systemUTC());
    private final ModelVersion v1 = version("one");
    private final ModelVersion v2 = version("two");

    private ModelVersion version(String bytes) {
        return mine.register(Registration.of(CHAMPION.model())
                .file("model.onnx", Content.of(bytes.getBytes(UTF_8)))
                .metric("rmse", 2));
    }

    @BeforeEach
    void demandAndMeet() {
        mine.policy(CHAMPION)
                .demand(
                        new MetricAtMost("rmse", 2.5),
                        new Approvals("risk", 1, Approvals.From.ANYONE),
                        new GatePassed("audit"))
                .because("guideline", "ana");
        for (ModelVersion version : new ModelVersion[] {v1, v2}) {
            mine.edit(version).approve("risk").because("fine", "bob");
            mine.edit(version).record("audit", Verdict.pass(Evidence.none())).because("audit", "job");
        }
        mine.move(CHAMPION).to(v1).because("first", "ana");
    }

    /** Everything is in order when the move is decided, and not when it is appended. */
    private void assertRefusedAfter(Consumer<ModelRegistry> other, String seen) {
        assertThat(mine.check(CHAMPION, v2.id()).allows()).isTrue();
        store.beforeNextCommit(() -> other.accept(theirs));

        assertThatThrownBy(() -> mine.move(CHAMPION).to(v2).because("better", "ana"))
                .isInstanceOf(PromotionRefusedException.class)
                .hasMessageContaining(seen);
        assertThat(theirs.resolve(CHAMPION)).isEqualTo(v1);
        assertThat(theirs.history(CHAMPION)).hasSize(1);
    }

    @Test
    void move_approvalRevokedInBetween_isRefused() {
        assertRefusedAfter(other -> other.edit(v2).revoke("risk").because("wait", "bob"), "0 approved");
    }

    @Test
    void move_rejectedInBetween_isRefused() {
        assertRefusedAfter(other -> other.edit(v2).reject("risk").because("wait", "eve"), "rejected by");
    }

    @Test
    void move_policyTightenedInBetween_isRefused() {
        assertRefusedAfter(
                other -> other.policy(CHAMPION)
                        .demand(new MetricAtMost("rmse", 1))
                        .because("stricter", "eve"),
                "at most 1.0");
    }

    @Test
    void move_metricChangedInBetween_isRefused() {
        assertRefusedAfter(
                other -> other.edit(v2)
                        .annotate(Annotation.none().metric("rmse", 9))
                        .because("measured again", "eve"),
                "9.0");
    }

    @Test
    void move_gateFailedInBetween_isRefused() {
        assertRefusedAfter(
                other -> other.edit(v2)
                        .record("audit", Verdict.fail("a leak", Evidence.none()))
                        .because("again", "job"),
                "a leak");
    }

    @Test
    void move_archivedInBetween_isRefused() {
        assertRefusedAfter(other -> other.edit(v2).archive().because("broken", "eve"), "ARCHIVED");
    }

    @Test
    void archive_aliasMovedThereInBetween_isRefused() {
        store.beforeNextCommit(() -> theirs.move(CHAMPION).to(v2).because("better", "eve"));

        assertThatThrownBy(() -> mine.edit(v2).archive().because("unused", "ana"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("rides@champion");
        assertThat(theirs.record(v2.id()).lifecycle()).isEqualTo(Lifecycle.ACTIVE);
    }

    @Test
    void move_somethingElseInBetween_isMade() {
        store.beforeNextCommit(() -> theirs.edit(v1)
                .annotate(Annotation.none().tag("note", "unrelated"))
                .because("note", "eve"));

        mine.move(CHAMPION).to(v2).because("better", "ana");

        assertThat(theirs.resolve(CHAMPION)).isEqualTo(v2);
    }

    @Test
    void approve_manyAtOnceOfOnePerson_countOnce() {
        mine.policy(CHAMPION)
                .demand(new Approvals("risk", 2, Approvals.From.ANYONE))
                .because("four eyes", "ana");
        store.beforeNextCommit(() -> theirs.edit(v2).approve("risk").because("fine", "Bob "));
        mine.edit(v2).approve("risk").because("fine too", "bob");

        assertThat(theirs.check(CHAMPION, v2.id()).allows()).isFalse();
    }
}
