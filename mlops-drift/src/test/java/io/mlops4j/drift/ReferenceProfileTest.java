package io.mlops4j.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import io.mlops4j.RejectedInputException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ReferenceProfileTest {
    private static final ReferenceProfile PROFILE = profile();

    /** Format 1 of a profile of two rows, (1.5, 2) and (NaN, 3). */
    private static final String GOLDEN_HEX =
            "4d34525000000001000000020000000161000000013ff8000000000000000000013ff800000000000000000000000000"
                    + "000000000000000000000000000000000100000000000000000000000000000000000000000000000100000001620000"
                    + "000200000002000000013200000001330000000000000001000000000000000100000000000000000000000000000000"
                    + "339fadb7";

    private static ReferenceProfile profile() {
        ProfileBuilder builder = ReferenceProfile.builder()
                .numeric("temp")
                .numeric("rain", 16)
                .categorical("dow")
                .categorical("weather");
        for (int i = 0; i < 700; i++) {
            double rain = i % 3 == 0 ? i / 100.0 : 0;
            builder.add(Arrays.asList(i * 0.1, rain, i % 7, i % 5 == 0 ? null : i % 2 == 0 ? "sun" : "snow"));
        }
        return builder.build();
    }

    @Test
    void parse_itsOwnBytes_givesAnEqualProfile() {
        ReferenceProfile read = ReferenceProfile.parse(PROFILE.toBytes());
        assertThat(read).isEqualTo(PROFILE).hasSameHashCodeAs(PROFILE);
        assertThat(read.digest()).isEqualTo(PROFILE.digest());
        assertThat(read.toBytes()).isEqualTo(PROFILE.toBytes());
        assertThat(read.names()).containsExactly("temp", "rain", "dow", "weather");
    }

    /** The format is for keeps: profiles of released versions must stay readable. */
    @Test
    void toBytes_ofAKnownProfile_neverChanges() {
        ReferenceProfile small = ReferenceProfile.builder()
                .numeric("a")
                .categorical("b")
                .add(new float[] {1.5f, 2})
                .add(new float[] {Float.NaN, 3})
                .build();
        assertThat(HexFormat.of().formatHex(small.toBytes())).isEqualTo(GOLDEN_HEX);
        assertThat(ReferenceProfile.parse(HexFormat.of().parseHex(GOLDEN_HEX))).isEqualTo(small);
    }

    @Test
    void build_sameRowsInAnyOrder_givesTheSameBytes() {
        float[][] rows = new float[500][];
        var random = new Random(3);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new float[] {(float) random.nextGaussian(), random.nextInt(4)};
        }
        ReferenceProfile first = ReferenceProfile.of(List.of("x", "y"), rows);
        Collections.shuffle(Arrays.asList(rows), random);
        assertThat(ReferenceProfile.of(List.of("x", "y"), rows).toBytes()).isEqualTo(first.toBytes());
    }

    @Test
    void categories_asFloatsAndAsText_shareCells() {
        Cells dow = PROFILE.feature("dow").cells();
        assertThat(dow.describe(dow.of(3.0))).isEqualTo("3");
        assertThat(dow.of("3")).isEqualTo(dow.of(3.0));
        assertThat(dow.describe(dow.of(9))).isEqualTo("unseen");
        assertThat(dow.describe(dow.of(3.5))).isEqualTo("unseen");
        assertThat(dow.describe(dow.of(Double.POSITIVE_INFINITY))).isEqualTo("unseen");
        assertThat(dow.describe(dow.of(Double.NaN))).isEqualTo("missing");
        Cells weather = PROFILE.feature("weather").cells();
        assertThat(weather.describe(weather.of("snow"))).isEqualTo("snow");
        assertThat(weather.describe(weather.of("hail"))).isEqualTo("unseen");
        assertThat(weather.describe(weather.of((String) null))).isEqualTo("missing");
        assertThat(PROFILE.feature("weather").counts().at(weather.of((String) null)))
                .isEqualTo(140);
    }

    @Test
    void categories_ofOddNumbers_areFoundAgain() {
        double[] odd = {0.1f, -0.0, 1e300, 0x1p53, Double.MIN_VALUE, Double.NEGATIVE_INFINITY, -7};
        ProfileBuilder builder = ReferenceProfile.builder().categorical("c");
        for (double value : odd) {
            builder.add(new double[] {value});
        }
        FeatureProfile feature = builder.build().feature("c");
        for (double value : odd) {
            assertThat(feature.counts().at(feature.cells().of(value)))
                    .as("%s", value)
                    .isEqualTo(1);
        }
    }

    @Test
    void add_wrongWidth_namesWhatWasExpected() {
        ProfileBuilder builder = ReferenceProfile.builder().numeric("a").numeric("b");
        assertThatThrownBy(() -> builder.add(new float[] {1}))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("1 values, expected 2 [a, b]");
        assertThatThrownBy(() -> builder.add(List.of(1, new Object())))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void add_anIdentifierAsCategory_isRejectedByName() {
        ProfileBuilder builder = ReferenceProfile.builder().categorical("customer");
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 5000; i++) {
                        builder.add(new double[] {i});
                    }
                })
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("customer")
                .hasMessageContaining("more than 1000 labels");
    }

    @Test
    void declarations_thatMakeNoSense_areRejected() {
        assertThatThrownBy(() -> ReferenceProfile.builder().numeric("a").build())
                .hasMessageContaining("no rows");
        assertThatThrownBy(() -> ReferenceProfile.of(List.of("a", "a"), new float[][] {{1, 2}}))
                .hasMessageContaining("two features named a");
        assertThatThrownBy(() -> ReferenceProfile.of(List.of("a\nb"), new float[][] {{1}}))
                .hasMessageContaining("control characters");
        assertThatThrownBy(() -> ReferenceProfile.builder()
                        .numeric("a")
                        .add(new float[] {1})
                        .numeric("b"))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> PROFILE.feature("zzz")).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void withCounts_recountsIntoTheSameCells() {
        List<CellCounts> doubled = PROFILE.features().stream()
                .map(feature -> feature.counts().plus(feature.counts()))
                .toList();
        ReferenceProfile changed = PROFILE.withCounts(doubled);
        assertThat(changed.feature("temp").counts().total()).isEqualTo(1400);
        assertThat(changed.feature("temp").cells())
                .isEqualTo(PROFILE.feature("temp").cells());
        assertThat(changed.digest()).isNotEqualTo(PROFILE.digest());
        assertThatThrownBy(() -> PROFILE.withCounts(doubled.subList(0, 2))).hasMessageContaining("2 features");
    }

    @Test
    void parse_everyFlippedBitAndEveryPrefix_isCorruption() {
        byte[] bytes = PROFILE.toBytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] flipped = bytes.clone();
            flipped[i] ^= 1;
            assertThatThrownBy(() -> ReferenceProfile.parse(flipped)).isInstanceOf(CorruptionException.class);
            byte[] cut = Arrays.copyOf(bytes, i);
            assertThatThrownBy(() -> ReferenceProfile.parse(cut)).isInstanceOf(CorruptionException.class);
        }
    }

    /** A checksum can be forged: with it made right, any other bytes are a valid profile or corruption, nothing else. */
    @Test
    void parse_forgedBytes_isCorruptionOrAValidProfile() {
        byte[] bytes = PROFILE.toBytes();
        var random = new Random(11);
        int rejected = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] forged = bytes.clone();
            int at = random.nextInt(bytes.length - 4);
            ByteBuffer.wrap(forged).put(at, (byte) random.nextInt());
            if (i % 2 == 0 && at < bytes.length - 8) {
                ByteBuffer.wrap(forged).putInt(at, random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt());
            }
            seal(forged);
            try {
                ReferenceProfile read = ReferenceProfile.parse(forged);
                assertThatCode(read::toBytes).doesNotThrowAnyException();
            } catch (CorruptionException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(1000);
    }

    private static void seal(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes, 0, bytes.length - 4);
        ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
    }

    @Test
    void parse_somethingElse_saysWhatItIs() {
        assertThatThrownBy(() -> ReferenceProfile.parse(new byte[3]))
                .isInstanceOf(CorruptionException.class)
                .hasMessage("Cannot read reference profile: 3 bytes, expected 12 or more");
        assertThatThrownBy(() -> ReferenceProfile.parse(Adwin.withDefaults().save()))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("begins with 4d344144, expected 4d345250");
    }
}
