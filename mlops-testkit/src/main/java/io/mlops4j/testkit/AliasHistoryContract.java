package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ALIAS_HISTORY;
import static io.mlops4j.registry.RegistryCapability.TIME_TRAVEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.Lifecycle;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} remembers: moves, lineage, and how all was at some time. */
abstract class AliasHistoryContract extends AliasContract {
    @Test
    void history_keepsWhyByWhomAndWhen() {
        ModelRegistry registry = open();
        assume(registry, ALIAS_HISTORY);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first model", "ana");
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).to(v2).because("better", "pipeline");

        List<AliasMove> history = open().history(CHAMPION);

        assertThat(history).extracting(AliasMove::reason).containsExactly("first model", "better");
        assertThat(history).extracting(AliasMove::actor).containsExactly("ana", "pipeline");
        assertThat(history).extracting(AliasMove::time).containsExactly(START, START.plus(Duration.ofDays(1)));
        assertThat(history.get(0).from()).isEmpty();
        assertThat(history.get(1).commit()).isGreaterThan(history.get(0).commit());
        assertThat(registry.history(RIDES.alias("nobody"))).isEmpty();
    }

    @Test
    void aliasAt_answersForEachTime() {
        ModelRegistry registry = open();
        assume(registry, ALIAS_HISTORY);
        ModelVersion v1 = register(registry, 1);
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).to(v1).because("first", "ana");
        clock.advance(Duration.ofDays(1));
        registry.move(CHAMPION).away().because("unused", "ana");

        assertThat(registry.aliasAt(CHAMPION, START)).isEmpty();
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofDays(1)))).contains(v1.id());
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofHours(47)))).contains(v1.id());
        assertThat(registry.aliasAt(CHAMPION, START.plus(Duration.ofDays(2)))).isEmpty();
    }

    @Test
    void lineage_goesUpAndDown() {
        ModelRegistry registry = open();
        ModelVersion root = register(registry, 1);
        ModelVersion left = child(registry, "left", root);
        ModelVersion right = child(registry, "right", root);
        ModelVersion merged = child(registry, "merged", left, right);

        var whole = open().lineage(root.id());
        var ofLeft = registry.lineage(left.id());

        assertThat(whole.descendants()).containsExactly(left.id(), right.id(), merged.id());
        assertThat(whole.ancestors()).isEmpty();
        assertThat(whole.node(root.id()).children()).containsExactly(left.id(), right.id());
        assertThat(ofLeft.ancestors()).containsExactly(root.id());
        assertThat(ofLeft.descendants()).containsExactly(merged.id());
        assertThat(ofLeft.nodes()).doesNotContainKey(right.id());
        assertThat(ofLeft.node(left.id()).run()).contains("run-left");
    }

    private static ModelVersion child(ModelRegistry registry, String name, ModelVersion... parents) {
        Provenance provenance = Provenance.of("c").withRun("run-" + name);
        for (ModelVersion parent : parents) {
            provenance = provenance.withParent(parent.id());
        }
        return registry.register(wish(RIDES, name).provenance(provenance));
    }

    @Test
    void asOf_showsEverythingAsItWas() {
        ModelRegistry registry = open();
        assume(registry, TIME_TRAVEL);
        ModelVersion v1 = registry.register(wish(RIDES, "1").tag("draft", "yes"));
        registry.move(CHAMPION).to(v1).because("first", "ana");
        clock.advance(Duration.ofDays(1));
        Instant then = clock.instant();
        clock.advance(Duration.ofDays(1));
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v2).because("better", "ana");
        registry.edit(v1).annotate(Annotation.none().withoutTag("draft")).because("done", "ana");
        registry.edit(v1).archive().because("superseded", "ana");
        registry.policy(RIDES).demand(new Requirement.GatePassed("audit")).because("from now on", "ana");

        RegistryView past = open().asOf(then);

        assertThat(past.versions(RIDES)).containsExactly(v1);
        assertThat(past.resolve(CHAMPION)).isEqualTo(v1);
        assertThat(past.history(CHAMPION)).hasSize(1);
        assertThat(past.record(v1.id()).tags()).containsEntry("draft", "yes");
        assertThat(past.record(v1.id()).lifecycle()).isEqualTo(Lifecycle.ACTIVE);
        assertThat(past.policies(RIDES)).isEmpty();
        assertThat(registry.asOf(START.minusMillis(1)).models()).isEmpty();
        assertThat(registry.asOf(clock.instant()).record(v1.id())).isEqualTo(registry.record(v1.id()));
    }

    @Test
    void asOf_disagreeingClocks_isAStateThatWas() {
        ModelRegistry registry = open();
        assume(registry, TIME_TRAVEL);
        ModelRegistry slow = open(ManualClock.at(START.minus(Duration.ofMinutes(5))));
        ModelVersion v1 = register(registry, 1);
        slow.move(CHAMPION).to(v1).because("by a slow clock", "ana");

        assertThat(registry.asOf(START.minus(Duration.ofMinutes(5))).resolve(CHAMPION))
                .as("with the move comes the version that it moved to, though that is stamped later")
                .isEqualTo(v1);
        assertThat(registry.asOf(START.minus(Duration.ofMinutes(6))).models()).isEmpty();
    }
}
