package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.gate.Candidate;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Gate;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.Digest;
import io.mlops4j.model.VersionId;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PromotionPipelineTest {
    private final Rig rig = new Rig();
    private final MemoryObjectStore store = new MemoryObjectStore();

    private static Gate always(String name, Verdict verdict) {
        return Gate.of(name, context -> verdict);
    }

    @Test
    void run_allGood_promotesAndTellsListenersAndMeters() {
        List<PipelineState> heard = new ArrayList<>();
        PromotionPipeline pipeline = rig.pipeline(store)
                .listener((move, run) -> {
                    throw new IllegalStateException("a bad listener");
                })
                .listener((move, run) -> heard.add(move.reached()))
                .open();

        PipelineRun run = pipeline.run(Rig.request("r1"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(rig.champion).contains(Rig.RIDES.version(1));
        assertThat(heard)
                .containsExactly(
                        PipelineState.TRIGGERED,
                        PipelineState.CI_RUNNING,
                        PipelineState.BUILD,
                        PipelineState.STAGING_EVAL,
                        PipelineState.CT_QUEUED,
                        PipelineState.PROMOTED);
        assertThat(rig.meters.find(Session.COUNTER).tag("machine", "promotion").counters())
                .hasSize(6)
                .allMatch(counter -> counter.count() == 1);
        assertThat(run.judgements().get(0).verdict())
                .isEqualTo(Verdict.pass(Evidence.none().with("x", 1)));
        assertThat(pipeline.serving()).contains(run);
    }

    @Test
    void run_sameIdAgain_isNotRunAgain() {
        PromotionPipeline pipeline = rig.pipeline(store).open();
        PipelineRun first = pipeline.run(Rig.request("r1"));

        assertThat(pipeline.run(Rig.request("r1"))).isEqualTo(first);
        assertThat(rig.pipeline(store).open().run(Rig.request("r1"))).isEqualTo(first);
        assertThat(rig.stepCalls).hasSize(1);
        assertThatThrownBy(() -> pipeline.run(PromotionRequest.of("r1", "other", "x")))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void run_withoutCommit_failsAtItsGuard() {
        PipelineRun run = rig.pipeline(store).open().run(PromotionRequest.of("r1", " ", "x"));

        assertThat(run.failure().orElseThrow())
                .isEqualTo(new PipelineRun.Failure(PipelineState.IDLE, "commit-id", "the request has no commit id"));
        assertThat(rig.gateCalls).isEmpty();
    }

    @Test
    void run_ciGateFails_buildsNothing() {
        PipelineRun run = rig.pipeline(store)
                .ci(rig.pass("data"), always("tests", Verdict.fail("2 of 9 red", Evidence.none())), rig.pass("late"))
                .open()
                .run(Rig.request("r1"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
        assertThat(run.failure().orElseThrow().what()).isEqualTo("ci-gates");
        assertThat(run.failure().orElseThrow().reason()).contains("tests", "2 of 9 red");
        assertThat(rig.stepCalls).isEmpty();
        assertThat(rig.gateCalls).containsExactly("data");
    }

    @Test
    void run_stagingGateFailsOrBreaks_promotesNothing() {
        Gate broken = Gate.of("broken", context -> {
            throw new IllegalStateException("boom");
        });
        PromotionPipeline pipeline = rig.pipeline(store).staging(broken).open();

        PipelineRun run = pipeline.run(Rig.request("r1"));

        assertThat(run.failure().orElseThrow().what()).isEqualTo("staging-gates");
        assertThat(rig.moves).isEmpty();
        assertThat(pipeline.serving()).isEmpty();
    }

    @Test
    void run_inconclusive_failsByDefault() {
        PipelineRun run = rig.pipeline(store)
                .staging(always("ab", Verdict.inconclusive(40, "open", Evidence.none())))
                .open()
                .run(Rig.request("r1"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
        assertThat(run.failure().orElseThrow().reason()).contains("ab", "INCONCLUSIVE");
    }

    @Test
    void run_inconclusiveThatWaits_isAskedAgainAlone() {
        Verdict[] answer = {Verdict.inconclusive(40, "open", Evidence.none())};
        PromotionPipeline pipeline = rig.pipeline(store)
                .staging(rig.pass("latency"), Gate.of("ab", context -> answer[0]))
                .inconclusive(Inconclusive.WAITS)
                .open();

        PipelineRun waiting = pipeline.run(Rig.request("r1"));
        assertThat(waiting.status()).isEqualTo(PipelineRun.Status.WAITING);
        assertThat(waiting.waitingFor()).contains("gate ab needs 40 more samples");
        answer[0] = Verdict.pass(Evidence.none());
        List<PipelineRun> resumed = pipeline.resume();

        assertThat(resumed).singleElement().extracting(PipelineRun::status).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(rig.gateCalls).containsExactly("data", "tests", "latency");
        assertThat(rig.stepCalls).hasSize(1);
    }

    @Test
    void run_stepThrows_failsWithTheErrorEscaped() {
        PipelineRun run = rig.pipeline(store)
                .build(context -> {
                    throw new IOException("disk\nfull");
                })
                .open()
                .run(Rig.request("r1"));

        assertThat(run.failure().orElseThrow())
                .isEqualTo(new PipelineRun.Failure(PipelineState.BUILD, "java.io.IOException", "\"disk\\nfull\""));
    }

    @Test
    void run_stepDoesNotKnow_staysResumable() {
        var unsure = new AtomicInteger(1);
        PromotionPipeline pipeline = rig.pipeline(store)
                .build(context -> {
                    Candidate candidate = rig.register(context);
                    if (unsure.getAndDecrement() > 0) {
                        throw new OutcomeUnknownException("timeout");
                    }
                    return candidate;
                })
                .open();

        assertThatThrownBy(() -> pipeline.run(Rig.request("r1"))).isInstanceOf(OutcomeUnknownException.class);
        assertThat(pipeline.find("r1").orElseThrow().state()).isEqualTo(PipelineState.BUILD);
        assertThat(pipeline.run(Rig.request("r1")).status()).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(rig.registered).hasSize(1);
    }

    @Test
    void run_interrupted_restoresTheFlagAndResumes() {
        var first = new AtomicInteger(1);
        PromotionPipeline pipeline = rig.pipeline(store)
                .build(context -> {
                    if (first.getAndDecrement() > 0) {
                        throw new InterruptedException();
                    }
                    return rig.register(context);
                })
                .open();

        PipelineRun cut = pipeline.run(Rig.request("r1"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(cut.status()).isEqualTo(PipelineRun.Status.RUNNING);
        assertThat(cut.state()).isEqualTo(PipelineState.BUILD);
        assertThat(pipeline.resume()).singleElement().matches(run -> run.status() == PipelineRun.Status.PROMOTED);
    }

    @Test
    void run_approvalRequired_waitsForIt() {
        PromotionPipeline pipeline = rig.pipeline(store).requireApproval().open();
        assertThat(pipeline.run(Rig.request("r1")).waitingFor()).contains("an approval");
        assertThat(rig.champion).isEmpty();

        rig.pipeline(store).open().approve("r1", "looks good", "ana");
        PipelineRun run = pipeline.run(Rig.request("r1"));

        assertThat(run.status()).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(rig.moves).singleElement().extracting(Promotion.Move::actor).isEqualTo("ana");
        assertThatThrownBy(() -> pipeline.approve("r1", "again", "bob")).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> pipeline.approve("r9", "x", "bob")).isInstanceOf(NotFoundException.class);
    }

    @Test
    void reject_waitingRun_fails() {
        PromotionPipeline pipeline = rig.pipeline(store).requireApproval().open();
        pipeline.run(Rig.request("r1"));

        PipelineRun run = pipeline.reject("r1", "not on a Friday", "ana");

        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
        assertThat(run.failure().orElseThrow().reason()).isEqualTo("not on a Friday (ana)");
        assertThat(pipeline.resume()).isEmpty();
        assertThatThrownBy(() -> pipeline.reject("r1", "x", "ana")).isInstanceOf(ConflictException.class);
    }

    @Test
    void run_aliasMovedByHand_failsAndLeavesItThere() {
        VersionId byHand = Rig.RIDES.version(99);
        var promotion = new Promotion() {
            @Override
            public Optional<VersionId> current() {
                return rig.champion;
            }

            @Override
            public void move(Move move) throws Exception {
                rig.champion = Optional.of(byHand);
                rig.alias.move(move);
            }
        };

        PipelineRun run = rig.pipeline(store).promote(promotion).open().run(Rig.request("r1"));

        assertThat(run.failure().orElseThrow().what()).isEqualTo(ConflictException.class.getName());
        assertThat(rig.champion).contains(byHand);
    }

    @Test
    void run_moveReportsAnErrorButLanded_isPromoted() {
        var promotion = new Promotion() {
            @Override
            public Optional<VersionId> current() {
                return rig.champion;
            }

            @Override
            public void move(Move move) throws Exception {
                rig.alias.move(move);
                throw new OutcomeUnknownException("the reply was lost");
            }
        };

        assertThat(rig.pipeline(store)
                        .promote(promotion)
                        .open()
                        .run(Rig.request("r1"))
                        .status())
                .isEqualTo(PipelineRun.Status.PROMOTED);
    }

    @Test
    void rollback_takesBackOneRunAfterTheOther() {
        PromotionPipeline pipeline = rig.pipeline(store).open();
        pipeline.run(Rig.request("r1"));
        pipeline.run(Rig.request("r2"));
        pipeline.run(Rig.request("r3"));

        PipelineRun back = pipeline.rollback("worse on weekends", "ana");

        assertThat(back.id()).isEqualTo("r3");
        assertThat(back.status()).isEqualTo(PipelineRun.Status.ROLLED_BACK);
        assertThat(rig.champion).contains(Rig.RIDES.version(2));
        assertThat(pipeline.rollback("still worse", "ana").id()).isEqualTo("r2");
        assertThat(rig.champion).contains(Rig.RIDES.version(1));
        assertThatThrownBy(() -> pipeline.rollback("x", "ana"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nothing served before");
        assertThat(pipeline.run(Rig.request("r3")).status()).isEqualTo(PipelineRun.Status.ROLLED_BACK);
    }

    @Test
    void rollback_refused_leavesTheRunServing() {
        PromotionPipeline pipeline = rig.pipeline(store).open();
        assertThatThrownBy(() -> pipeline.rollback("x", "ana")).isInstanceOf(NotFoundException.class);
        pipeline.run(Rig.request("r1"));
        pipeline.run(Rig.request("r2"));
        rig.champion = Optional.of(Rig.RIDES.version(99));

        assertThatThrownBy(() -> pipeline.rollback("x", "ana")).isInstanceOf(ConflictException.class);

        assertThat(pipeline.serving().map(PipelineRun::id)).contains("r2");
        assertThat(pipeline.resume()).isEmpty();
    }

    @Test
    void run_sameContentKey_reusesTheCandidate() {
        var keyed = new Step() {
            @Override
            public Candidate run(StepContext context) {
                return rig.register(context);
            }

            @Override
            public Optional<Digest> contentKey(StepContext context) {
                return Optional.of(StepKey.ofCode(context.request().commitId())
                        .parameter("trees", "200")
                        .digest());
            }
        };
        PromotionPipeline pipeline = rig.pipeline(store).build(keyed).open();
        pipeline.run(Rig.request("r1"));

        PipelineRun reused = rig.pipeline(store).build(keyed).open().run(Rig.request("r2"));
        PipelineRun other = pipeline.run(PromotionRequest.of("r3", "def456", "new code"));

        assertThat(reused.reusedFrom()).contains("r1");
        assertThat(reused.candidate().orElseThrow().version()).isEqualTo(Rig.RIDES.version(1));
        assertThat(other.reusedFrom()).isEmpty();
        assertThat(rig.stepCalls).hasSize(2);
    }

    /** While one run moves the alias, another pipeline's run on the same log waits, and goes on afterwards. */
    @Test
    void twoPipelines_oneAtATimePromotes() {
        PromotionPipeline other = rig.pipeline(store).open();
        List<PipelineRun> during = new ArrayList<>();
        var promotion = new Promotion() {
            @Override
            public Optional<VersionId> current() {
                return rig.champion;
            }

            @Override
            public void move(Move move) throws Exception {
                during.add(other.run(Rig.request("second")));
                assertThatThrownBy(() -> other.rollback("x", "ana")).isInstanceOf(RuntimeException.class);
                rig.alias.move(move);
            }
        };

        PipelineRun first = rig.pipeline(store).promote(promotion).open().run(Rig.request("first"));

        assertThat(first.status()).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(during.get(0).status()).isEqualTo(PipelineRun.Status.WAITING);
        assertThat(during.get(0).waitingFor().orElseThrow()).contains("its turn");
        assertThat(rig.champion).contains(first.candidate().orElseThrow().version());
        assertThat(other.resume()).singleElement().matches(run -> run.status() == PipelineRun.Status.PROMOTED);
        assertThat(other.find("second").orElseThrow().replaces().orElseThrow().previous())
                .isEqualTo(first.candidate().map(Candidate::version));
    }

    @Test
    void resume_whileTheOwnerLives_fencesTheOwner() {
        PromotionPipeline thief = rig.pipeline(store).open();
        PromotionPipeline owner = rig.pipeline(store)
                .ci(Gate.of("slow", context -> {
                    thief.resume();
                    return Verdict.pass(Evidence.none());
                }))
                .open();

        assertThatThrownBy(() -> owner.run(Rig.request("r1")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("taken it over");
        assertThat(owner.find("r1").orElseThrow().status()).isEqualTo(PipelineRun.Status.PROMOTED);
        assertThat(rig.registered).hasSize(1);
    }

    @Test
    void history_longerThanACheckpoint_keepsOrderAndContent() {
        PromotionPipeline pipeline = rig.pipeline(store).open();
        for (int i = 40; i > 0; i--) {
            pipeline.run(Rig.request("r" + i));
        }

        PromotionPipeline reopened = rig.pipeline(store).open();

        assertThat(reopened.runs()).isEqualTo(pipeline.runs());
        assertThat(reopened.runs())
                .extracting(PipelineRun::id)
                .startsWith("r40", "r39")
                .endsWith("r1");
        assertThat(reopened.serving().map(PipelineRun::id)).contains("r1");
    }

    @Test
    void open_withoutBuildOrWithTwoGatesOfAName_isRefused() {
        assertThatThrownBy(() -> PromotionPipeline.of(Rig.RIDES, store).open())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> rig.pipeline(store).ci(rig.pass("a"), rig.pass("a")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void candidate_withNanMetric_survivesTheJournal() {
        rig.pipeline(store)
                .build(context -> Candidate.of(Rig.RIDES.version(1), Map.of("rmse", Double.NaN)))
                .open()
                .run(Rig.request("r1"));

        PipelineRun run = rig.pipeline(store).open().find("r1").orElseThrow();

        assertThat(run.candidate().orElseThrow().metrics().get("rmse")).isNaN();
        assertThat(run.status()).isEqualTo(PipelineRun.Status.FAILED);
    }
}
