package io.mlops4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateMachineTest {
    private enum Door {
        CLOSED,
        OPEN,
        BROKEN
    }

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static Guard<List<String>> key() {
        return new Guard<>("key", seen -> seen.contains("key") ? Optional.empty() : Optional.of("no key"));
    }

    private static StateMachine.Builder<Door, List<String>> door() {
        return StateMachine.<Door, List<String>>named("door", Door.CLOSED)
                .transition(Door.CLOSED, Door.OPEN, key())
                .transition(Door.CLOSED, Door.BROKEN)
                .transition(Door.OPEN, Door.CLOSED)
                .onEntry(Door.OPEN, (move, seen) -> seen.add("opened"))
                .onEntry(
                        Door.BROKEN,
                        (move, seen) -> seen.add("broken by "
                                + move.refusal().map(Transition.Refusal::guard).orElse("hand")));
    }

    /** The table of the promotion pipeline, every pair of states. */
    @Test
    void promotionTable_everyPair() {
        Map<PipelineState, Set<PipelineState>> expected = new EnumMap<>(PipelineState.class);
        expected.put(PipelineState.IDLE, EnumSet.of(PipelineState.TRIGGERED, PipelineState.FAILED));
        expected.put(PipelineState.TRIGGERED, EnumSet.of(PipelineState.CI_RUNNING, PipelineState.FAILED));
        expected.put(PipelineState.CI_RUNNING, EnumSet.of(PipelineState.BUILD, PipelineState.FAILED));
        expected.put(PipelineState.BUILD, EnumSet.of(PipelineState.STAGING_EVAL, PipelineState.FAILED));
        expected.put(PipelineState.STAGING_EVAL, EnumSet.of(PipelineState.CT_QUEUED, PipelineState.FAILED));
        expected.put(PipelineState.CT_QUEUED, EnumSet.of(PipelineState.PROMOTED, PipelineState.FAILED));
        expected.put(PipelineState.PROMOTED, EnumSet.of(PipelineState.ROLLBACK));
        int pairs = 0;
        for (PipelineState from : PipelineState.values()) {
            for (PipelineState to : PipelineState.values()) {
                boolean allowed = expected.getOrDefault(from, Set.of()).contains(to);
                assertThat(RunExecution.MACHINE.allows(from, to))
                        .as("%s to %s", from, to)
                        .isEqualTo(allowed);
                pairs++;
            }
        }
        assertThat(pairs).isEqualTo(81);
    }

    @Test
    void moveTo_pairNotInTheTable_namesBothStatesAndStays() {
        for (Door from : Door.values()) {
            for (Door to : Door.values()) {
                StateMachine<Door, List<String>> machine = door().build();
                List<String> seen = new ArrayList<>(List.of("key"));
                Session<Door, List<String>> session = machine.session(from, seen, meters);
                if (machine.allows(from, to)) {
                    assertThat(session.moveTo(to).reached()).isEqualTo(to);
                    assertThat(session.state()).isEqualTo(to);
                } else {
                    assertThatThrownBy(() -> session.moveTo(to))
                            .isInstanceOf(IllegalTransitionException.class)
                            .hasMessageContaining("from " + from + " to " + to);
                    assertThat(session.state()).isEqualTo(from);
                    assertThat(seen).containsExactly("key");
                }
            }
        }
    }

    @Test
    void moveTo_guardObjects_staysAndSaysWhich() {
        List<String> seen = new ArrayList<>();
        Session<Door, List<String>> session = door().build().session(seen, meters);

        Transition<Door> move = session.moveTo(Door.OPEN);

        assertThat(move.refusal()).contains(new Transition.Refusal("key", "no key"));
        assertThat(session.state()).isEqualTo(Door.CLOSED);
        assertThat(seen).isEmpty();
    }

    @Test
    void moveTo_guardObjectsWithFailureState_goesThere() {
        List<String> seen = new ArrayList<>();
        Session<Door, List<String>> session =
                door().failingTo(Door.BROKEN).build().session(seen, meters);

        assertThat(session.moveTo(Door.OPEN).reached()).isEqualTo(Door.BROKEN);
        assertThat(session.state()).isEqualTo(Door.BROKEN);
        assertThat(seen).containsExactly("broken by key");
    }

    @Test
    void moveTo_guardThrows_objects() {
        StateMachine<Door, List<String>> machine = StateMachine.<Door, List<String>>named("door", Door.CLOSED)
                .transition(Door.CLOSED, Door.OPEN, new Guard<>("lock", seen -> {
                    throw new IllegalStateException("jammed");
                }))
                .transition(Door.CLOSED, Door.BROKEN)
                .build();

        Transition<Door> move = machine.session(List.of(), meters).moveTo(Door.OPEN);

        assertThat(move.refusal().orElseThrow().reason()).contains("IllegalStateException", "jammed");
    }

    @Test
    void moveTo_actionThrows_stays() {
        StateMachine<Door, String> machine = StateMachine.<Door, String>named("door", Door.CLOSED)
                .transition(Door.CLOSED, Door.OPEN)
                .transition(Door.CLOSED, Door.BROKEN)
                .onEntry(Door.OPEN, (move, context) -> {
                    throw new IllegalStateException("jammed");
                })
                .build();
        Session<Door, String> session = machine.session("", meters);

        assertThatThrownBy(() -> session.moveTo(Door.OPEN)).hasMessage("jammed");
        assertThat(session.state()).isEqualTo(Door.CLOSED);
        assertThat(count("CLOSED", "OPEN", "failed")).isEqualTo(1);
    }

    @Test
    void moveTo_countsAndTimesEveryResult() {
        Session<Door, List<String>> session = door().build().session(new ArrayList<>(), meters);
        session.moveTo(Door.OPEN);
        session.moveTo(Door.BROKEN);
        assertThatThrownBy(() -> session.moveTo(Door.OPEN)).isInstanceOf(IllegalTransitionException.class);

        assertThat(count("CLOSED", "OPEN", "refused")).isEqualTo(1);
        assertThat(count("CLOSED", "BROKEN", "ok")).isEqualTo(1);
        assertThat(count("BROKEN", "OPEN", "illegal")).isEqualTo(1);
        assertThat(meters.get(Session.TIMER)
                        .tags("machine", "door", "result", "ok")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    private double count(String from, String to, String result) {
        return meters.get(Session.COUNTER)
                .tags("machine", "door", "from", from, "to", to, "result", result)
                .counter()
                .count();
    }

    @Test
    void build_badTables_areRefused() {
        assertThatThrownBy(() -> StateMachine.<Door, String>named("door", Door.CLOSED)
                        .transition(Door.CLOSED, Door.OPEN)
                        .build())
                .hasMessageContaining("[BROKEN] cannot be reached");
        assertThatThrownBy(() -> door().transition(Door.CLOSED, Door.OPEN)).hasMessageContaining("there already");
        assertThatThrownBy(() -> door().onEntry(Door.OPEN, (move, seen) -> {})).hasMessageContaining("one already");
        assertThatThrownBy(() -> StateMachine.<Door, List<String>>named("door", Door.CLOSED)
                        .transition(Door.CLOSED, Door.OPEN, key())
                        .transition(Door.OPEN, Door.BROKEN)
                        .failingTo(Door.BROKEN)
                        .build())
                .hasMessageContaining("no unguarded one to BROKEN");
    }
}
