package io.mlops4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void half_everyBitPattern_survivesARoundTrip() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            double value = Elements.fromHalf((short) bits);
            if (Double.isNaN(value)) {
                assertThat(Double.isNaN(Elements.fromHalf(Elements.toHalf(value))))
                        .isTrue();
            } else {
                assertThat(Elements.toHalf(value)).as("0x%04x", bits).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void half_knownValues_areExact() {
        assertThat(Elements.fromHalf((short) 0x3c00)).isEqualTo(1.0);
        assertThat(Elements.fromHalf((short) 0xc000)).isEqualTo(-2.0);
        assertThat(Elements.fromHalf((short) 0x7bff)).isEqualTo(65504.0);
        assertThat(Elements.fromHalf((short) 0x0001)).isEqualTo(Math.scalb(1.0, -24));
        assertThat(Elements.fromHalf((short) 0x3555)).isEqualTo(0.333251953125);
    }

    @Test
    void half_betweenTwoValues_roundsToNearestTiesToEven() {
        assertThat(Elements.toHalf(1 + Math.scalb(1.0, -11))).isEqualTo((short) 0x3c00);
        assertThat(Elements.toHalf(1 + 3 * Math.scalb(1.0, -11))).isEqualTo((short) 0x3c02);
        assertThat(Elements.toHalf(65519.99)).isEqualTo((short) 0x7bff);
        assertThat(Elements.toHalf(65520)).isEqualTo((short) 0x7c00);
        assertThat(Elements.toHalf(Math.scalb(1.0, -25))).isEqualTo((short) 0);
        assertThat(Elements.toHalf(Math.scalb(1.5, -25))).isEqualTo((short) 1);
        assertThat(Elements.toHalf(-0.0)).isEqualTo((short) 0x8000);
        assertThat(Elements.toHalf(Double.MIN_VALUE)).isEqualTo((short) 0);
    }

    @Test
    void bfloat16_everyBitPattern_survivesARoundTrip() {
        ByteBuffer cell = ByteBuffer.allocate(2).order(ByteOrder.nativeOrder());
        for (int bits = 0; bits <= 0xffff; bits++) {
            cell.putShort(0, (short) bits);
            double value = Elements.getFloat(ElementType.BFLOAT16, cell, 0);
            if (!Double.isNaN(value)) {
                assertThat(Elements.toBfloat16(value)).as("0x%04x", bits).isEqualTo((short) bits);
            }
        }
    }

    @Property
    void bfloat16_anyFloat_isTheNearestValue(@ForAll float value) {
        Assume.that(Float.isFinite(value));
        short rounded = Elements.toBfloat16(value);
        float back = Float.intBitsToFloat(rounded << 16);
        float up = Float.intBitsToFloat((rounded + 1) << 16);
        float down = Float.intBitsToFloat((rounded - 1) << 16);
        double error = Math.abs((double) value - back);
        if (Float.isFinite(back)) {
            if (Float.isFinite(up) && (rounded & 0x7fff) != 0x7fff) {
                assertThat(error).isLessThanOrEqualTo(Math.abs((double) value - up));
            }
            if ((rounded & 0x7fff) != 0) {
                assertThat(error).isLessThanOrEqualTo(Math.abs((double) value - down));
            }
        }
    }

    @Provide
    Arbitrary<ElementType> integers() {
        return Arbitraries.of(ElementType.class).filter(ElementType::isInteger);
    }

    @Property
    void integers_inRange_readBackTheSame(
            @ForAll("integers") ElementType type, @ForAll @Size(max = 20) List<Long> raw) {
        int unused = Long.SIZE - type.bytes() * Byte.SIZE;
        long[] values = raw.stream()
                .mapToLong(v -> type.isUnsigned() ? (v << unused) >>> unused : (v << unused) >> unused)
                .toArray();

        Tensor tensor = Tensor.ofIntegers(type, values, values.length);

        assertThat(tensor.longs()).isEqualTo(values);
        assertThat(Tensor.ofData(type, tensor.data(), tensor.shape())).isEqualTo(tensor);
    }

    @Test
    void integers_outOfRange_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofIntegers(ElementType.UINT8, new long[] {3, 256}, 2))
                .withMessageContaining("256 at index 1")
                .withMessageContaining("UINT8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofIntegers(ElementType.UINT16, new long[] {-1}, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofIntegers(ElementType.FLOAT32, new long[] {1}, 1));
    }

    @Test
    void shape_thatDoesNotMatch_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofFloats(new float[3], 2, 2))
                .withMessageContaining("[2, 2]")
                .withMessageContaining("3 values");
        assertThatIllegalArgumentException().isThrownBy(() -> Tensor.ofFloats(new float[3], -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.ofRows(new float[2], new float[3]))
                .withMessageContaining("Row 1");
    }

    @Test
    void elementCount_thatOverflows_isRefused() {
        Shape wrapsToZero = Shape.of(1L << 32, 1L << 32);
        Shape wrapsToNegative = Shape.of(1L << 62, 2);

        assertThatIllegalArgumentException().isThrownBy(wrapsToZero::elementCount);
        assertThatIllegalArgumentException().isThrownBy(wrapsToNegative::elementCount);
        assertThat(Shape.of(1L << 62, 4, 0).elementCount()).isZero();
        assertThat(Shape.of().elementCount()).isEqualTo(1);
    }

    @Test
    void readers_widenButNeverNarrow() {
        Tensor half = Tensor.ofFloatingPoint(ElementType.FLOAT16, new double[] {0.5, 1e6}, 2);
        Tensor wide = Tensor.ofDoubles(new double[] {0.1}, 1);

        assertThat(half.floats()).containsExactly(0.5f, Float.POSITIVE_INFINITY);
        assertThatThrownBy(wide::floats).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(half::longs).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(half::strings).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void data_isReadOnlyAndPrivate() {
        float[] values = {1, 2};
        Tensor tensor = Tensor.ofFloats(values, 2);
        values[0] = 9;

        assertThat(tensor.floats()).containsExactly(1, 2);
        assertThat(tensor.data().isReadOnly()).isTrue();
    }

    @Test
    void accepts_dynamicDimension_takesAnySize() {
        TensorSpec spec = TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 2);

        assertThat(spec.accepts(Tensor.ofFloats(new float[6], 3, 2))).isTrue();
        assertThat(spec.accepts(Tensor.ofFloats(new float[0], 0, 2))).isTrue();
        assertThat(spec.accepts(Tensor.ofFloats(new float[6], 2, 3))).isFalse();
        assertThat(spec.accepts(Tensor.ofFloats(new float[2], 2))).isFalse();
        assertThat(spec.accepts(Tensor.ofDoubles(new double[2], 1, 2))).isFalse();
        assertThat(spec).hasToString("x: FLOAT32[?, 2]");
    }
}
