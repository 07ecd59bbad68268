package io.mlops4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@link ObjectStore#list} promises. */
abstract class ListingContract extends ObjectStoreFixture {
    @Test
    void list_emptyStore_isEmpty() {
        KeyPage page = store().list(Prefix.all(), null, 10);
        assertThat(page.keys()).isEmpty();
        assertThat(page.more()).isFalse();
    }

    @Test
    void list_ordersByCharactersOverTheWholeKey() {
        putAll("b", "a0", "a/b", "a.b", "a-b", "a", "a_b", "Z", "a/b/c", "a/b-c", "a/b0", "0");
        assertThat(list())
                .containsExactly("0", "Z", "a", "a-b", "a.b", "a/b", "a/b-c", "a/b/c", "a/b0", "a0", "a_b", "b");
    }

    @Test
    void list_prefix_holdsAllBelowAndNothingElse() {
        putAll("logs/a/1", "logs/a/2", "logs/b/1", "logs-old/1", "log/1", "logsa/1", "z");
        assertThat(list(Prefix.of("logs"), null)).containsExactly("logs/a/1", "logs/a/2", "logs/b/1");
        assertThat(list(Prefix.of("logs/a"), null)).containsExactly("logs/a/1", "logs/a/2");
    }

    @Test
    void list_prefix_leavesOutTheObjectOfItsName() {
        putAll("a", "a/b");
        assertThat(list(Prefix.of("a"), null)).containsExactly("a/b");
    }

    @Test
    void list_absentPrefix_isEmpty() {
        putAll("a/b");
        assertThat(list(Prefix.of("b"), null)).isEmpty();
        assertThat(list(Prefix.of("a/b"), null)).isEmpty();
        assertThat(list(Prefix.of("a/b/c"), null)).isEmpty();
    }

    @Test
    void list_prefixInOtherCase_isEmpty() {
        putAll("a/b");
        assertThat(list(Prefix.of("A"), null)).isEmpty();
    }

    @Test
    void list_afterAKey_leavesItOut() {
        putAll("a/1", "a/2", "a/3", "b");
        assertThat(list(Prefix.all(), "a/2")).containsExactly("a/3", "b");
        assertThat(list(Prefix.of("a"), "a/2")).containsExactly("a/3");
    }

    @Test
    void list_afterAnAbsentKey_beginsBehindIt() {
        putAll("a/1", "a/3", "b/1");
        assertThat(list(Prefix.all(), "a/2")).containsExactly("a/3", "b/1");
        assertThat(list(Prefix.all(), "a/2/x/y")).containsExactly("a/3", "b/1");
        assertThat(list(Prefix.all(), "a")).containsExactly("a/1", "a/3", "b/1");
        assertThat(list(Prefix.all(), "a0")).containsExactly("b/1");
    }

    @Test
    void list_afterAnObjectThatIsAFolderToo_goesOnBelowIt() {
        putAll("a", "a/b", "a/b/c", "a0");
        assertThat(list(Prefix.all(), "a")).containsExactly("a/b", "a/b/c", "a0");
        assertThat(list(Prefix.all(), "a/b")).containsExactly("a/b/c", "a0");
    }

    @Test
    void list_afterAKeyBeforeThePrefix_holdsAll() {
        putAll("a", "b/1", "b/2");
        assertThat(list(Prefix.of("b"), "a")).containsExactly("b/1", "b/2");
        assertThat(list(Prefix.of("b"), "b")).containsExactly("b/1", "b/2");
        assertThat(list(Prefix.of("b"), "b-1")).containsExactly("b/1", "b/2");
    }

    @Test
    void list_afterAKeyBehindThePrefix_isEmpty() {
        putAll("b/1", "b/2", "c");
        assertThat(list(Prefix.of("b"), "b0")).isEmpty();
        assertThat(list(Prefix.of("b"), "c")).isEmpty();
    }

    @Test
    void list_afterTheLastKey_isEmpty() {
        putAll("a", "b");
        KeyPage page = store().list(Prefix.all(), new Key("b"), 1);
        assertThat(page.keys()).isEmpty();
        assertThat(page.more()).isFalse();
    }

    @Test
    void list_moreKeysThanTheLimit_saysSo() {
        putAll("a", "b/1", "c");
        KeyPage page = store().list(Prefix.all(), null, 2);
        assertThat(names(page)).containsExactly("a", "b/1");
        assertThat(page.more()).isTrue();
    }

    @Test
    void list_asManyKeysAsTheLimit_saysThatThereAreNoMore() {
        putAll("a", "b/1", "c");
        KeyPage page = store().list(Prefix.all(), null, 3);
        assertThat(names(page)).containsExactly("a", "b/1", "c");
        assertThat(page.more()).isFalse();
    }

    @Test
    void list_keysBehindThePrefix_areNotMore() {
        putAll("a/1", "a/2", "b");
        assertThat(store().list(Prefix.of("a"), null, 2).more()).isFalse();
    }

    @Test
    void list_pageByPage_givesEachKeyOnce() {
        List<String> keys = IntStream.range(0, 25)
                .mapToObj(i -> "k/" + (i % 3) + "/" + (char) ('a' + i))
                .sorted()
                .toList();
        putAll(keys.toArray(String[]::new));
        for (int limit : new int[] {1, 4, 5, 24, 25, 26}) {
            assertThat(pages(limit)).as("limit %s", limit).isEqualTo(keys);
        }
    }

    private List<String> pages(int limit) {
        var keys = new ArrayList<String>();
        @Nullable Key after = null;
        KeyPage page;
        do {
            page = store().list(Prefix.of("k"), after, limit);
            assertThat(page.keys()).hasSizeLessThanOrEqualTo(limit);
            keys.addAll(names(page));
            after = page.keys().isEmpty() ? after : page.keys().get(page.keys().size() - 1);
        } while (page.more());
        return keys;
    }

    @Test
    void list_keysDeletedBetweenPages_hideNoOthers() {
        putAll("p/a", "p/b", "p/c", "p/d", "p/e");
        KeyPage first = store().list(Prefix.of("p"), null, 2);
        first.keys().forEach(store()::delete);

        KeyPage rest = store().list(Prefix.of("p"), first.keys().get(1), 10);

        assertThat(rest.keys()).extracting(Key::value).containsExactly("p/c", "p/d", "p/e");
        assertThat(store().list(Prefix.of("p"), null, 10).keys()).isEqualTo(rest.keys());
    }

    /** A server answers with a thousand at most, whatever it is asked for. */
    @Test
    void list_moreKeysThanAServersPage_givesEachKeyOnce() {
        List<String> keys =
                IntStream.range(0, 1003).mapToObj(i -> "many/" + (10_000 + i)).toList();
        keys.stream().parallel().forEach(key -> put(key, ""));

        KeyPage first = store().list(Prefix.of("many"), null, 1000);
        KeyPage rest = store().list(Prefix.of("many"), first.keys().get(999), 1000);

        assertThat(Stream.concat(first.keys().stream(), rest.keys().stream()).map(Key::value))
                .isEqualTo(keys);
    }

    @Test
    void list_limitOutOfRange_isRefused() {
        for (int limit : new int[] {Integer.MIN_VALUE, -1, 0, ObjectStore.MAX_PAGE + 1, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().as("limit %s", limit).isThrownBy(() -> store().list(
                            Prefix.all(), null, limit));
        }
    }

    @Test
    void list_deletedKey_isGone() {
        putAll("a/1", "a/2", "b/1");
        store().delete(new Key("a/1"));
        store().delete(new Key("b/1"));
        assertThat(list()).containsExactly("a/2");
        assertThat(store().list(Prefix.all(), null, 1).more()).isFalse();
    }
}
