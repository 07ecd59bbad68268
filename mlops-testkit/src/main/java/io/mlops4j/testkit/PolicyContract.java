package io.mlops4j.testkit;

import static io.mlops4j.registry.RegistryCapability.ALIAS_HISTORY;
import static io.mlops4j.registry.RegistryCapability.MOVES_TOGETHER;
import static io.mlops4j.registry.RegistryCapability.POLICIES;
import static io.mlops4j.registry.Requirement.Approvals.From.ANYONE;
import static io.mlops4j.registry.Requirement.Approvals.From.OTHERS_THAN_REGISTRANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.Finding;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PolicyReport;
import io.mlops4j.registry.PolicySetting;
import io.mlops4j.registry.PromotionPolicy;
import io.mlops4j.registry.PromotionRefusedException;
import io.mlops4j.registry.Requirement.Approvals;
import io.mlops4j.registry.Requirement.GatePassed;
import io.mlops4j.registry.Requirement.MetricAtLeast;
import io.mlops4j.registry.Requirement.MetricAtMost;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a {@link ModelRegistry} promises of policies, and of the verdicts and approvals that they look at. */
abstract class PolicyContract extends VersionEditContract {
    private static final MetricAtMost GOOD = new MetricAtMost("rmse", 2.5);

    private static PromotionRefusedException refused(ThrowingCallable move) {
        var refusal = new PromotionRefusedException[1];
        assertThatThrownBy(move).isInstanceOfSatisfying(PromotionRefusedException.class, e -> refusal[0] = e);
        return refusal[0];
    }

    @Test
    void policy_unmet_refusesAndListsAllThatIsMissing() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = registry.register(wish(RIDES, "a").metric("rmse", 2.6).metric("auc", Double.NaN));
        registry.policy(CHAMPION)
                .demand(
                        GOOD,
                        new MetricAtLeast("auc", 0.5),
                        new MetricAtLeast("f1", 0.5),
                        new GatePassed("fairness"),
                        new Approvals("risk", 2, ANYONE))
                .because("guideline 7", "ana");

        PromotionRefusedException refusal =
                refused(() -> open().move(CHAMPION).to(v1).because("better", "bob"));

        assertThat(refusal.report().unmet()).hasSize(5);
        assertThat(refusal)
                .hasMessageContaining("rides@champion")
                .hasMessageContaining("rides:1")
                .hasMessageContaining("2.6")
                .hasMessageContaining("2.5")
                .hasMessageContaining("fairness")
                .hasMessageContaining("risk");
        assertThat(registry.tryResolve(CHAMPION)).isEmpty();
        assertThat(registry.check(CHAMPION, v1.id())).isEqualTo(refusal.report());
    }

    @Test
    void policy_met_allows() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = registry.register(wish(RIDES, "a").by("eve"));
        registry.policy(CHAMPION)
                .demand(
                        GOOD,
                        new MetricAtLeast("auc", 0.5),
                        new GatePassed("fairness"),
                        new Approvals("risk", 1, OTHERS_THAN_REGISTRANT))
                .because("guideline 7", "ana");
        ModelRegistry other = open();
        other.edit(v1)
                .annotate(Annotation.none().metric("rmse", 2.5).metric("auc", 0.5))
                .because("holdout", "job");
        other.edit(v1)
                .record("fairness", Verdict.pass(Evidence.none().with("gap", 0.01)))
                .because("audit", "job");
        other.edit(v1).approve("risk").because("fine", "bob");

        assertThat(registry.check(CHAMPION, v1.id()).findings()).hasSize(4).allMatch(Finding::isMet);
        assertThat(registry.move(CHAMPION).to(v1).because("first", "ana").to()).contains(v1.id());
    }

    @Test
    void policy_ofModelAndOfAlias_bothMustBeMet() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = registry.register(wish(RIDES, "a").metric("rmse", 2.4));
        registry.policy(RIDES).demand(GOOD).because("minimum", "ana");
        registry.policy(CHAMPION).demand(new GatePassed("fairness")).because("for champions", "ana");
        Alias shadow = RIDES.alias("shadow");

        assertThat(registry.move(shadow).to(v1).because("compare", "bob").to()).contains(v1.id());
        assertThat(refused(() -> registry.move(CHAMPION).to(v1).because("x", "bob"))
                        .report()
                        .unmet())
                .extracting(Finding::requirement)
                .containsExactly(new GatePassed("fairness"));
        ModelVersion v2 = registry.register(wish(RIDES, "b").metric("rmse", 3));
        refused(() -> registry.move(shadow).to(v2).because("compare", "bob"));
        ModelVersion taxi = registry.register(wish(ModelName.of("taxis"), "t"));
        registry.move(taxi.id().model().alias("champion")).to(taxi).because("no policy here", "bob");
    }

    @Test
    void policy_tightened_movesNothingAndLetsGoBack() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        assume(registry, ALIAS_HISTORY);
        ModelVersion v1 = register(registry, 1);
        ModelVersion v2 = register(registry, 2);
        registry.move(CHAMPION).to(v1).because("first", "ana");
        registry.move(CHAMPION).to(v2).because("second", "ana");

        registry.policy(CHAMPION).demand(GOOD).because("from now on", "ana");

        assertThat(registry.resolve(CHAMPION)).isEqualTo(v2);
        refused(() -> registry.move(CHAMPION).to(v1).because("no rollback", "bob"));
        assertThat(registry.move(CHAMPION)
                        .back()
                        .because("errors doubled", "bob")
                        .to())
                .contains(v1.id());
    }

    @Test
    void policy_keepsWhoSetItAndWhy() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        PolicySetting first = registry.policy(RIDES).demand(GOOD).because("minimum", "ana");
        assertThat(open().policy(RIDES).demand(GOOD).because("again", "bob")).isEqualTo(first);
        registry.policy(CHAMPION).demand(new Approvals("risk", 1, ANYONE)).because("four eyes", "ana");
        registry.policy(RIDES).demand().because("minimum dropped", "eve");

        List<PolicySetting> history = open().refresh().policyHistory(RIDES);
        assertThat(history).extracting(PolicySetting::actor).containsExactly("ana", "ana", "eve");
        assertThat(history.get(1).alias()).contains("champion");
        assertThat(registry.view().policies(RIDES))
                .extracting(PolicySetting::policy)
                .containsExactly(PromotionPolicy.none(), PromotionPolicy.of(new Approvals("risk", 1, ANYONE)));
        assertThat(registry.models()).isEmpty();
        assertThatThrownBy(() ->
                        registry.policy(ModelName.of("Rides")).demand(GOOD).because("twin", "ana"))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void approvals_personCountsOnce_whateverTheSpelling() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = register(registry, 1);
        registry.policy(CHAMPION).demand(new Approvals("risk", 2, ANYONE)).because("four eyes", "ana");

        registry.edit(v1).approve("risk").because("fine", "bob");
        registry.edit(v1).approve("risk").because("fine", "BOB ");
        registry.edit(v1).approve("legal").because("fine", "eve");
        assertThat(registry.check(CHAMPION, v1.id()).allows()).isFalse();

        registry.edit(v1).approve("risk").because("fine", "eve");
        assertThat(registry.check(CHAMPION, v1.id()).allows()).isTrue();
    }

    @Test
    void approvals_registrant_doesNotCountWhereOthersMust() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion known = registry.register(wish(RIDES, "a").by("bob"));
        ModelVersion unknown = registry.register(wish(RIDES, "b"));
        registry.policy(CHAMPION)
                .demand(new Approvals("risk", 1, OTHERS_THAN_REGISTRANT))
                .because("four eyes", "ana");
        registry.edit(known).approve("risk").because("mine", "Bob");
        registry.edit(unknown).approve("risk").because("whose?", "eve");

        assertThat(registry.check(CHAMPION, known.id()).allows()).isFalse();
        assertThat(registry.check(CHAMPION, unknown.id()).toString()).contains("who registered");
        registry.edit(known).approve("risk").because("fine", "eve");
        assertThat(registry.check(CHAMPION, known.id()).allows()).isTrue();
        assertThat(open().record(known.id()).registeredBy()).contains("bob");
    }

    @Test
    void approvals_rejectedOrRevoked_refuse() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = register(registry, 1);
        registry.policy(CHAMPION).demand(new Approvals("risk", 1, ANYONE)).because("somebody looks", "ana");
        registry.edit(v1).approve("risk").because("fine", "bob");

        registry.edit(v1).reject("risk").because("wait", "eve");
        PolicyReport rejected = registry.check(CHAMPION, v1.id());
        registry.edit(v1).revoke("risk").because("all right", "eve");
        PolicyReport takenBack = registry.check(CHAMPION, v1.id());
        registry.edit(v1).revoke("risk").because("on reflection", "bob");

        assertThat(rejected.allows()).isFalse();
        assertThat(rejected.toString()).contains("eve");
        assertThat(takenBack.allows()).isTrue();
        refused(() -> registry.move(CHAMPION).to(v1).because("x", "ana"));
        assertThat(open().record(v1.id()).changes()).hasSize(4);
        assertThat(open().record(v1.id()).approvals()).isEmpty();
    }

    @Test
    void verdicts_lastOneStands() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        ModelVersion v1 = register(registry, 1);
        registry.policy(CHAMPION).demand(new GatePassed("a gate")).because("audit", "ana");

        registry.edit(v1).record("a gate", Verdict.pass(Evidence.none())).because("monday", "job");
        assertThat(registry.check(CHAMPION, v1.id()).allows()).isTrue();
        Verdict open = Verdict.inconclusive(300, "too few", Evidence.none().with("n", 20));
        registry.edit(v1).record("a gate", open).because("tuesday", "job");
        assertThat(registry.check(CHAMPION, v1.id()).allows()).isFalse();
        registry.edit(v1).record("a gate", open).because("wednesday", "job");

        assertThat(open().record(v1.id()).verdicts())
                .hasEntrySatisfying(
                        "a gate", judged -> assertThat(judged.verdict()).isEqualTo(open));
        assertThat(registry.record(v1.id()).changes()).hasSize(2);
    }

    @Test
    void together_onePolicyUnmet_movesNone() {
        ModelRegistry registry = open();
        assume(registry, POLICIES);
        assume(registry, MOVES_TOGETHER);
        ModelVersion v1 = register(registry, 1);
        registry.policy(CHAMPION).demand(GOOD).because("minimum", "ana");

        refused(() -> registry.together()
                .move(RIDES.alias("shadow"), change -> change.to(v1))
                .move(CHAMPION, change -> change.to(v1))
                .because("both", "bob"));

        assertThat(open().refresh().aliases(RIDES)).isEmpty();
    }
}
