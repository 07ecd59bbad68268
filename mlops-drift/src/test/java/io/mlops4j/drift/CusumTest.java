package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CusumTest {
    private static List<Integer> alarms(Cusum detector, double... values) {
        List<Integer> alarms = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (detector.update(values[i]) == DetectorState.DRIFT) {
                alarms.add(i);
            }
        }
        return alarms;
    }

    /** CapyMOA's notebook counts from 1 and says 1005. */
    @Test
    void update_onCapyMoasStream_firstAlarmsWhereCapyMoaDoes() {
        assertThat(alarms(Cusum.withDefaults(), Resources.stream("stream_capymoa.txt")))
                .first()
                .isEqualTo(1005 - 1);
    }

    @Test
    void update_knownTarget_addsUpTheExcessAndNeverFallsBelowZero() {
        Cusum detector = Cusum.withDefaults().minimum(1).target(1).delta(0).lambda(2);

        detector.update(0);
        assertThat(detector.evidence()).isZero();
        detector.update(2.5);
        assertThat(detector.evidence()).isEqualTo(0.75);
        assertThat(detector.update(1.5)).isEqualTo(DetectorState.NONE);
        assertThat(detector.evidence()).isEqualTo(1);
        assertThat(detector.update(1.01)).isEqualTo(DetectorState.DRIFT);
        detector.update(1.5);
        assertThat(detector.evidence()).isEqualTo(0.25);
    }

    @Test
    void restore_inMidStream_goesOnTheSame() {
        double[] values = Resources.stream("stream_capymoa.txt");
        Cusum whole = Cusum.withDefaults().lambda(10);
        Cusum first = Cusum.withDefaults().lambda(10);
        Cusum second = Cusum.withDefaults().lambda(10);
        for (int i = 0; i < values.length; i++) {
            DetectorState expected = whole.update(values[i]);
            if (i == 500) {
                second.restore(first.save());
            }
            assertThat((i < 500 ? first : second).update(values[i])).isEqualTo(expected);
        }
        assertThat(second.save()).isEqualTo(whole.save());
    }

    @Test
    void restore_otherParameters_isCorruption() {
        byte[] saved = Cusum.withDefaults().save();

        assertThatThrownBy(() -> Cusum.withDefaults().target(1).restore(saved)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void parameters_outOfRange_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cusum.withDefaults().lambda(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cusum.withDefaults().delta(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cusum.withDefaults().minimum(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cusum.withDefaults().target(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cusum.withDefaults().update(Double.NaN));
    }
}
