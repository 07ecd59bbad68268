package io.mlops4j.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ModelName;
import java.nio.channels.ClosedByInterruptException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final ModelName RIDES = ModelName.of("rides");

    private static GateContext context(double rmse) {
        var candidate = Candidate.of(RIDES.version(2), Map.of("rmse", rmse));
        return new GateContext(RIDES, "run", "abc", Optional.of(candidate), Evidence.none());
    }

    @Test
    void judge_gateThatThrows_failsWithTheErrorAsEvidence() throws Exception {
        Gate broken = Gate.of("broken", context -> {
            throw new IllegalStateException("no\nscanner");
        });

        Verdict verdict = Gate.judge(broken, context(1));

        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThat(verdict.reason())
                .contains("IllegalStateException", "no\\nscanner")
                .doesNotContain("\n");
        assertThat(verdict.evidence().texts()).containsEntry("error", "java.lang.IllegalStateException");
    }

    @Test
    void judge_interruptedGate_decidesNothing() {
        Gate slow = Gate.of("slow", context -> {
            Thread.currentThread().interrupt();
            throw new ClosedByInterruptException();
        });

        assertThatThrownBy(() -> Gate.judge(slow, context(1))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void metricThreshold_edgesMissingAndNan() {
        assertThat(MetricThreshold.atMost("rmse", 2).evaluate(context(2)).kind())
                .isEqualTo(Verdict.Kind.PASS);
        assertThat(MetricThreshold.atMost("rmse", 2).evaluate(context(2.1)).kind())
                .isEqualTo(Verdict.Kind.FAIL);
        assertThat(MetricThreshold.atLeast("rmse", 2).evaluate(context(2)).kind())
                .isEqualTo(Verdict.Kind.PASS);
        assertThat(MetricThreshold.atLeast("rmse", 2).evaluate(context(1.9)).kind())
                .isEqualTo(Verdict.Kind.FAIL);
        assertThat(MetricThreshold.atMost("rmse", 2)
                        .evaluate(context(Double.NaN))
                        .kind())
                .isEqualTo(Verdict.Kind.FAIL);
        assertThat(MetricThreshold.atLeast("rmse", 2)
                        .evaluate(context(Double.NaN))
                        .kind())
                .isEqualTo(Verdict.Kind.FAIL);
        assertThat(MetricThreshold.atLeast("auc", 0).evaluate(context(1)).kind())
                .isEqualTo(Verdict.Kind.FAIL);
        var unbuilt = new GateContext(RIDES, "run", "abc", Optional.empty(), Evidence.none());
        assertThat(MetricThreshold.atMost("rmse", 2).evaluate(unbuilt).kind()).isEqualTo(Verdict.Kind.FAIL);
        assertThatThrownBy(() -> MetricThreshold.atMost("rmse", Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void evidence_longTextIsCutOnACharacter() {
        String text = "x".repeat(Evidence.MAX_TEXT - 2) + "😀😀";

        String kept = Evidence.none().with("t", text).texts().get("t");

        assertThat(kept).isEqualTo("x".repeat(Evidence.MAX_TEXT - 2) + "…");
        assertThatThrownBy(() -> Evidence.none().with("", 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void inconclusive_withoutNeed_isRefused() {
        assertThatThrownBy(() -> Verdict.inconclusive(0, "", Evidence.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
