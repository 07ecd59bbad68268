package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PersistentMapTest {
    /** A key whose hashes collide: fully for every third, in the low bits for many. */
    private record Key(int value) {
        @Override
        public int hashCode() {
            return value % 3 == 0 ? 7 : (value % 5) << 15 | value % 2;
        }
    }

    @Property
    void with_anyKeys_isAHashMap(@ForAll @Size(max = 300) List<@IntRange(max = 400) Integer> values) {
        Map<Key, Integer> expected = new HashMap<>();
        PersistentMap<Key, Integer> map = PersistentMap.empty();
        for (int i = 0; i < values.size(); i++) {
            PersistentMap<Key, Integer> before = map;
            Key key = new Key(values.get(i));
            Integer old = expected.put(key, i);
            map = map.with(key, i);
            assertThat(before.get(key)).isEqualTo(old);
        }

        assertThat(map.size()).isEqualTo(expected.size());
        Map<Key, Integer> visited = new HashMap<>();
        map.forEach(visited::put);
        assertThat(visited).isEqualTo(expected);
        for (int value = 0; value <= 400; value++) {
            assertThat(map.get(new Key(value))).isEqualTo(expected.get(new Key(value)));
        }
    }

    @Test
    void with_manyKeys_findsAll() {
        PersistentMap<String, Integer> map = PersistentMap.empty();
        for (int i = 0; i < 20_000; i++) {
            map = map.with("key" + i, i);
        }
        assertThat(map.size()).isEqualTo(20_000);
        for (int i = 0; i < 20_000; i++) {
            assertThat(map.get("key" + i)).isEqualTo(i);
        }
        assertThat(map.get("key20000")).isNull();
    }

    @Test
    void chain_longOne_isReadWithoutRecursion() {
        Chain<Integer> chain = Chain.empty();
        for (int i = 0; i < 100_000; i++) {
            chain = chain.with(i);
        }
        assertThat(chain.toList()).hasSize(100_000).startsWith(0, 1).endsWith(99_999);
        assertThat(chain.newestWhile(i -> i > 99_997)).containsExactly(99_998, 99_999);
        assertThat(chain.older().newest()).contains(99_998);
        assertThat(Chain.empty().older().newest()).isEmpty();
    }
}
