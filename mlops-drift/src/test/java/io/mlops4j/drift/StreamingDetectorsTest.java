package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Detectors alarm where published implementations alarm. Indices count from 0. */
class StreamingDetectorsTest {
    private static final double[] RIVER = Resources.stream("stream_s1.txt");
    private static final double[] CAPYMOA = Resources.stream("stream_capymoa.txt");

    private static List<Integer> alarms(DriftDetector detector, double[] stream) {
        List<Integer> alarms = new ArrayList<>();
        for (int i = 0; i < stream.length; i++) {
            if (detector.update(stream[i]) == DetectorState.DRIFT) {
                alarms.add(i);
            }
        }
        return alarms;
    }

    private static List<Integer> alarmsStartingAfresh(DriftDetector detector, double[] stream) {
        List<Integer> alarms = new ArrayList<>();
        for (int i = 0; i < stream.length; i++) {
            if (detector.update(stream[i]) == DetectorState.DRIFT) {
                alarms.add(i);
                detector.reset();
            }
        }
        return alarms;
    }

    /** River's test of its stream expects 1023 alone, and River starts afresh after an alarm. */
    @Test
    void adwin_onRiversStream_alarmsWhereRiverDoes() {
        assertThat(alarmsStartingAfresh(Adwin.withDefaults(), RIVER)).containsExactly(1023);
    }

    /** With the newer part of the window kept, as the paper has it, the same change is cut at two looks. */
    @Test
    void adwin_onRiversStreamKeepingItsWindow_alarmsTwice() {
        assertThat(alarms(Adwin.withDefaults(), RIVER)).containsExactly(1023, 1055);
    }

    @Test
    void adwin_onCapyMoasStream_alarmsWhereCapyMoaDoes() {
        assertThat(alarms(Adwin.withDelta(0.001), CAPYMOA)).containsExactly(1023, 1087);
    }

    /** CapyMOA's notebook counts from 1 and says 1007; MOA measures the sum from zero. */
    @Test
    void pageHinkley_fromZeroOnCapyMoasStream_firstAlarmsWhereCapyMoaDoes() {
        var detector =
                PageHinkley.withDefaults().climb(PageHinkley.Climb.FROM_ZERO).direction(Direction.UP);
        assertThat(alarms(detector, CAPYMOA)).first().isEqualTo(1007 - 1);
    }

    /** Computed by an independent transcription of River's present formula. */
    @Test
    void pageHinkley_fromExtreme_alarmsAsRiversFormulaDoes() {
        assertThat(alarms(PageHinkley.withDefaults(), CAPYMOA)).containsExactly(1004, 1277, 1633);
        assertThat(alarms(PageHinkley.withDefaults(), RIVER)).containsExactly(1020, 1397, 1548, 1988);
        assertThat(alarms(PageHinkley.withDefaults().direction(Direction.UP), CAPYMOA))
                .containsExactly(1004, 1692);
        assertThat(alarms(PageHinkley.withDefaults().direction(Direction.UP), RIVER))
                .containsExactly(1020, 1990);
    }

    @Test
    void pageHinkley_down_seesOnlyDecreases() {
        double[] falling = new double[200];
        for (int i = 0; i < falling.length; i++) {
            falling[i] = i < 100 ? 5 : 1;
        }
        var down = PageHinkley.withDefaults().lambda(10);
        assertThat(alarms(down.direction(Direction.DOWN), falling)).isNotEmpty();
        assertThat(alarms(down.direction(Direction.UP), falling)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void evidence_growsToOneAtTheAlarmAndFallsAfterAReset(Detectors detectors) {
        DriftDetector detector = detectors.make();
        double before = 0;
        for (double value : RIVER) {
            if (detector.update(value) == DetectorState.DRIFT) {
                break;
            }
            before = detector.evidence();
            assertThat(before).isBetween(0.0, 1.0);
        }
        assertThat(before).isLessThan(1);
        assertThat(detector.evidence()).isEqualTo(1);
        detector.reset();
        assertThat(detector.evidence()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -1e200})
    void update_untameValue_isRejectedAndChangesNothing(double value) {
        for (Detectors detectors : Detectors.values()) {
            DriftDetector detector = detectors.make();
            detector.update(1);
            byte[] before = detector.save();
            assertThatThrownBy(() -> detector.update(value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(String.valueOf(value));
            assertThat(detector.save()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void update_largestTameValues_staysFinite(Detectors detectors) {
        DriftDetector detector = detectors.make();
        for (int i = 0; i < 1000; i++) {
            detector.update(i % 3 == 0 ? 1e100 : -1e100);
            assertThat(detector.evidence()).isBetween(0.0, 1.0);
        }
    }

    /** Killed anywhere and restored, a detector alarms where it would have alarmed. */
    @Property(tries = 60)
    void restore_anywhereInTheStream_changesNoAlarm(@ForAll @IntRange(min = 0, max = 1999) int at) {
        for (Detectors detectors : Detectors.values()) {
            DriftDetector whole = detectors.make();
            List<Integer> expected = alarms(whole, RIVER);
            DriftDetector first = detectors.make();
            DriftDetector second = detectors.make();
            List<Integer> seen = new ArrayList<>();
            for (int i = 0; i < RIVER.length; i++) {
                if (i == at) {
                    second.restore(first.save());
                    assertThat(second.save()).isEqualTo(first.save());
                }
                if ((i < at ? first : second).update(RIVER[i]) == DetectorState.DRIFT) {
                    seen.add(i);
                }
            }
            assertThat(seen).as(detectors.name()).isEqualTo(expected);
            assertThat(second.save()).as(detectors.name()).isEqualTo(whole.save());
        }
    }

    @ParameterizedTest
    @EnumSource
    void restore_anyFlippedBitOrOtherLength_isCorruption(Detectors detectors) {
        DriftDetector detector = detectors.make();
        alarms(detector, RIVER);
        byte[] saved = detector.save();
        for (int i = 0; i < saved.length; i++) {
            byte[] bad = saved.clone();
            bad[i] ^= 0x10;
            assertThatThrownBy(() -> detector.restore(bad)).isInstanceOf(CorruptionException.class);
            byte[] cut = Arrays.copyOf(saved, i);
            assertThatThrownBy(() -> detector.restore(cut)).isInstanceOf(CorruptionException.class);
        }
        assertThat(detector.save()).isEqualTo(saved);
    }

    @Test
    void restore_otherParameters_isCorruptionThatSaysSo() {
        byte[] saved = PageHinkley.withDefaults().save();
        assertThatThrownBy(() -> PageHinkley.withDefaults().lambda(9).restore(saved))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("another detector");
        assertThatThrownBy(() -> Adwin.withDefaults().restore(saved)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void adwin_overALongStableStream_staysSmall() {
        Adwin adwin = Adwin.withDefaults();
        var random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            adwin.update(random.nextGaussian());
        }
        assertThat(adwin.width()).isGreaterThan(100_000);
        assertThat(adwin.mean()).isBetween(-0.02, 0.02);
        assertThat(adwin.save()).hasSizeLessThan(2000);
    }

    @Test
    void parameters_outOfRange_areRejected() {
        assertThatThrownBy(() -> Adwin.withDelta(0)).hasMessageContaining("expected above 0 and below 1");
        assertThatThrownBy(() -> PageHinkley.withDefaults().lambda(0)).hasMessageContaining("lambda 0.0");
        assertThatThrownBy(() -> PageHinkley.withDefaults().alpha(1.5)).hasMessageContaining("alpha 1.5");
    }

    enum Detectors {
        ADWIN,
        PAGE_HINKLEY,
        PAGE_HINKLEY_FROM_ZERO;

        DriftDetector make() {
            return switch (this) {
                case ADWIN -> Adwin.withDefaults();
                case PAGE_HINKLEY -> PageHinkley.withDefaults();
                case PAGE_HINKLEY_FROM_ZERO -> PageHinkley.withDefaults().climb(PageHinkley.Climb.FROM_ZERO);
            };
        }
    }
}
