package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapValue;
import io.mlops4j.model.SequenceValue;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Tensor;
import io.mlops4j.model.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Putting together and taking apart. */
final class BatcherTest {
    /** Every type in one request, under ragged numbers of rows and any bits: NaNs keep their payloads. */
    @Property(tries = 300)
    void split_ofMerged_isWhatWasThereBefore(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int parts, @ForAll @IntRange(max = 3) int rank)
            throws Exception {
        var random = new Random(seed);
        Map<ElementType, long[]> tails = new LinkedHashMap<>();
        for (ElementType type : ElementType.values()) {
            tails.put(type, random.longs(rank, 0, 4).toArray());
        }
        List<Map<String, Value>> requests = new ArrayList<>();
        int[] rows = new int[parts];
        for (int i = 0; i < parts; i++) {
            rows[i] = random.nextInt(5);
            Map<String, Value> request = new LinkedHashMap<>();
            for (ElementType type : ElementType.values()) {
                request.put(type.name(), any(type, rows[i], requireNonNull(tails.get(type)), random));
            }
            request.put("maps", maps(rows[i], random));
            requests.add(request);
        }
        Map<String, Value> merged = Batcher.merge(requests);
        assertThat(merged.keySet()).isEqualTo(requests.get(0).keySet());
        assertThat(Batcher.split(merged, rows)).isEqualTo(requests);
    }

    @Property(tries = 100)
    void merge_ofRowsOneByOne_isTheWhole(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int rows) {
        var random = new Random(seed);
        Map<String, Value> whole = Map.of(
                "a", any(ElementType.BFLOAT16, rows, new long[] {3}, random),
                "b", any(ElementType.STRING, rows, new long[] {2, 2}, random));
        List<Map<String, Value>> single = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            single.add(Batcher.rows(whole, i, 1));
        }
        assertThat(Batcher.merge(single)).isEqualTo(whole);
    }

    @Test
    void split_outputWithOtherRows_isRefused() {
        assertThatThrownBy(() -> Batcher.split(Map.of("y", Tensor.ofFloats(new float[5], 5)), new int[] {2, 2}))
                .isInstanceOf(Batcher.IndivisibleException.class)
                .hasMessageContaining("\"y\" has 5 rows for 4");
        assertThatThrownBy(() -> Batcher.split(Map.of("y", Tensor.ofFloats(new float[1])), new int[] {1}))
                .hasMessageContaining("no rows");
    }

    static Value any(ElementType type, int rows, long[] tail, Random random) {
        long[] sizes = new long[tail.length + 1];
        sizes[0] = rows;
        System.arraycopy(tail, 0, sizes, 1, tail.length);
        Shape shape = Shape.of(sizes);
        int count = (int) shape.elementCount();
        if (type == ElementType.STRING) {
            List<String> strings = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                strings.add(Integer.toString(random.nextInt(), 36).repeat(random.nextInt(3)));
            }
            return Tensor.ofStrings(strings, sizes);
        }
        byte[] bytes = new byte[count * type.bytes()];
        random.nextBytes(bytes);
        if (type == ElementType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        return Tensor.ofData(type, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), shape);
    }

    private static Value maps(int rows, Random random) {
        List<Value> maps = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            maps.add(new MapValue(Map.of(0L, random.nextFloat(), 1L, random.nextFloat())));
        }
        return new SequenceValue(maps);
    }
}
