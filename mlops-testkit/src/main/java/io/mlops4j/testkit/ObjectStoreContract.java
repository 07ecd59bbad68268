package io.mlops4j.testkit;

import static io.mlops4j.store.PutOutcome.CREATED;
import static io.mlops4j.store.PutOutcome.EXISTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.StoredObject;
import io.mlops4j.testkit.TroublesomeContent.AtEnd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every {@link ObjectStore} must do. An adapter's test extends it and says how its store is opened:
 *
 * <pre>{@code
 * class FileObjectStoreTest extends ObjectStoreContract {
 *     @TempDir
 *     Path directory;
 *
 *     @Override
 *     protected ObjectStore open() {
 *         return FileObjectStore.open(directory);
 *     }
 *
 *     @Override
 *     protected Optional<ObjectStore> openAgain() {
 *         return Optional.of(open());
 *     }
 * }
 * }</pre>
 *
 * <p>Durability it cannot show; a test of one's own that kills the process, and the machine, can. Confined to one
 * thread at a time.
 */
public abstract class ObjectStoreContract extends ConcurrencyContract {
    /** For subclasses. */
    protected ObjectStoreContract() {}

    @Test
    void put_absentKey_creates() {
        assertThat(put("a/b", "x")).isEqualTo(CREATED);
        assertThat(text("a/b")).isEqualTo("x");
    }

    @Test
    void put_takenKey_existsAndStaysAsItWas() {
        put("a", "first");
        assertThat(put("a", "second")).isEqualTo(EXISTS);
        assertThat(put("a", "")).isEqualTo(EXISTS);
        assertThat(text("a")).isEqualTo("first");
    }

    @Test
    void put_sameContentAgain_exists() {
        put("a", "x");
        assertThat(put("a", "x")).isEqualTo(EXISTS);
    }

    @Test
    void put_emptyContent_isAnObject() {
        assertThat(put("a", "")).isEqualTo(CREATED);
        assertThat(put("a", "x")).isEqualTo(EXISTS);
        StoredObject object = store().get(new Key("a")).orElseThrow();
        assertThat(object.size()).isZero();
        assertThat(object.bytes(0)).isEmpty();
        assertThat(list()).containsExactly("a");
    }

    @Test
    void put_everyByteValue_readsBack() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        store().putIfAbsent(new Key("a"), Content.of(bytes));
        assertThat(bytes("a")).isEqualTo(bytes);
    }

    @Test
    void put_oneMegabyteAndAByte_readsBack() {
        byte[] bytes = random(1, (1 << 20) + 1);
        assertThat(store().putIfAbsent(new Key("big"), Content.of(bytes))).isEqualTo(CREATED);
        assertThat(bytes("big")).isEqualTo(bytes);
    }

    @Test
    void put_contentInSmallPieces_readsBack() {
        byte[] bytes = random(2, 10_000);
        var content = new TroublesomeContent(bytes, bytes.length, AtEnd.ENDS);
        assertThat(store().putIfAbsent(new Key("a"), content)).isEqualTo(CREATED);
        assertThat(bytes("a")).isEqualTo(bytes);
        assertThat(content.openStreams()).isZero();
    }

    @Test
    void put_file_readsBack(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("content"), random(3, 70_000));
        assertThat(store().putIfAbsent(new Key("a"), Content.of(file))).isEqualTo(CREATED);
        assertThat(bytes("a")).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void put_contentShorterThanItSaid_leavesNothing() {
        assertFails(new TroublesomeContent(random(4, 999), 1000, AtEnd.ENDS));
        assertFails(new TroublesomeContent(new byte[0], 1, AtEnd.ENDS));
    }

    @Test
    void put_contentLongerThanItSaid_leavesNothing() {
        assertFails(new TroublesomeContent(random(5, 1001), 1000, AtEnd.ENDS));
        assertFails(new TroublesomeContent(new byte[1], 0, AtEnd.ENDS));
    }

    @Test
    void put_contentThatFailsOnTheWay_leavesNothing() {
        assertFails(new TroublesomeContent(random(6, 500), 1000, AtEnd.FAILS));
    }

    @Test
    void put_contentThatFailsAfterItsLastByte_leavesNothing() {
        assertFails(new TroublesomeContent(random(7, 1000), 1000, AtEnd.FAILS));
    }

    private void assertFails(TroublesomeContent content) {
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> store().putIfAbsent(new Key("a"), content))
                .withMessageContaining("a");
        assertNothingWasStored(content);
    }

    @Test
    void put_contentWithADefect_throwsItAndLeavesNothing() {
        var content = new TroublesomeContent(random(8, 500), 1000, AtEnd.BREAKS);
        assertThatIllegalStateException()
                .isThrownBy(() -> store().putIfAbsent(new Key("a"), content))
                .withMessage("the source has a defect");
        assertNothingWasStored(content);
    }

    private void assertNothingWasStored(TroublesomeContent content) {
        assertThat(content.openStreams()).isZero();
        assertThat(has("a")).isFalse();
        assertThat(list()).isEmpty();
        assertThat(put("a", "good")).isEqualTo(CREATED);
        assertThat(text("a")).isEqualTo("good");
        store().delete(new Key("a"));
    }

    @Test
    void put_contentThatCannotBeOpened_leavesNothing() {
        Content content = new Content() {
            @Override
            public long size() {
                return 1;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("there is no source");
            }
        };
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store().putIfAbsent(new Key("a"), content));
        assertThat(list()).isEmpty();
    }

    @Test
    void put_belowAnObject_createsBoth() {
        assertThat(put("a", "object")).isEqualTo(CREATED);
        assertThat(put("a/b", "below")).isEqualTo(CREATED);
        assertThat(put("a/b/c", "deeper")).isEqualTo(CREATED);
        assertThat(List.of(text("a"), text("a/b"), text("a/b/c"))).containsExactly("object", "below", "deeper");
    }

    @Test
    void put_aboveObjects_createsBoth() {
        assertThat(put("a/b/c", "deeper")).isEqualTo(CREATED);
        assertThat(put("a", "object")).isEqualTo(CREATED);
        assertThat(put("a/b", "below")).isEqualTo(CREATED);
        assertThat(List.of(text("a"), text("a/b"), text("a/b/c"))).containsExactly("object", "below", "deeper");
    }

    @Test
    void put_keysThatDifferInCaseOnly_areTwo() {
        assertThat(put("Model/A", "upper")).isEqualTo(CREATED);
        assertThat(has("model/a")).isFalse();
        assertThat(has("Model/a")).isFalse();
        assertThat(put("model/a", "lower")).isEqualTo(CREATED);
        assertThat(List.of(text("Model/A"), text("model/a"))).containsExactly("upper", "lower");
        assertThat(list()).containsExactly("Model/A", "model/a");
    }

    @Test
    void put_longestKeys_areKept() {
        String segment = "S".repeat(128);
        String longest = String.join("/", segment, segment, segment, "s".repeat(125));
        assertThat(longest).hasSize(Key.MAX_LENGTH);
        putAll(segment, longest);
        assertThat(list()).containsExactly(segment, longest);
        assertThat(text(longest)).isEqualTo(longest);
    }

    @Test
    void put_asManySegmentsAsAKeyCanHave_isKept() {
        String deep = String.join("/", Collections.nCopies(256, "d"));
        putAll(deep);
        assertThat(list()).containsExactly(deep);
        assertThat(text(deep)).isEqualTo(deep);
    }

    @Test
    void key_hostileNames_areRefusedBeforeAnyStoreSeesThem() {
        for (String name : List.of(
                "",
                "/",
                ".",
                "..",
                "../x",
                "a/../b",
                "a//b",
                "/a",
                "a/",
                "a\\b",
                "C:a",
                "%2e%2e",
                "a%2fb",
                "a\0b",
                "a\nb",
                "a\r",
                "CON",
                "nul.txt",
                "a.",
                "a ",
                " a",
                ".hidden",
                "-a",
                "_a",
                "a=",
                "a+b",
                "a~1",
                "é",
                "a".repeat(129),
                "a/".repeat(256) + "b")) {
            assertThatIllegalArgumentException().as("key %s", name).isThrownBy(() -> new Key(name));
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what callers without a checker do
    void put_null_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> store().putIfAbsent(null, Content.of(new byte[0])));
        assertThatNullPointerException().isThrownBy(() -> store().putIfAbsent(new Key("a"), null));
        assertThat(list()).isEmpty();
    }

    @Test
    void get_absentKey_isEmpty() {
        putAll("a/b");
        assertThat(has("b")).isFalse();
        assertThat(has("a")).isFalse();
        assertThat(has("a/b/c")).isFalse();
        assertThat(has("a/c")).isFalse();
    }

    @Test
    void get_object_knowsItsSizeAndReadsMoreThanOnce() throws IOException {
        put("a", "0123456789");
        StoredObject object = store().get(new Key("a")).orElseThrow();
        assertThat(object.size()).isEqualTo(10);
        try (InputStream one = object.open();
                InputStream two = object.open(5, 5)) {
            assertThat(one.read()).isEqualTo('0');
            assertThat(two.readAllBytes()).isEqualTo(utf8("56789"));
            assertThat(one.readAllBytes()).isEqualTo(utf8("123456789"));
        }
        assertThat(object.bytes(10)).isEqualTo(utf8("0123456789"));
    }

    @Test
    void get_everyRange_hasItsBytesAndNoMore() throws IOException {
        byte[] bytes = random(9, 12);
        store().putIfAbsent(new Key("a"), Content.of(bytes));
        StoredObject object = store().get(new Key("a")).orElseThrow();
        for (int from = 0; from <= bytes.length; from++) {
            for (int to = from; to <= bytes.length; to++) {
                try (InputStream in = object.open(from, to - from)) {
                    assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, from, to));
                    assertThat(in.read()).isNegative();
                }
            }
        }
    }

    /** Large enough that a store may keep it in parts. */
    @Test
    void get_rangesOfALargeObject_haveTheirBytes() throws IOException {
        byte[] bytes = random(11, (9 << 20) + 3);
        store().putIfAbsent(new Key("large"), Content.of(bytes));
        StoredObject object = store().get(new Key("large")).orElseThrow();
        assertThat(object.size()).isEqualTo(bytes.length);
        for (int at : new int[] {0, (1 << 20) - 7, (5 << 20) - 7, (8 << 20) - 7, bytes.length - 14}) {
            try (InputStream in = object.open(at, 14)) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, at, at + 14));
            }
        }
        assertThat(Digest.of(object.bytes(bytes.length))).isEqualTo(Digest.of(bytes));
    }

    @Test
    void get_rangeReadByteByByte_endsWhereItShould() throws IOException {
        put("a", "0123456789");
        try (InputStream in = store().get(new Key("a")).orElseThrow().open(2, 4)) {
            assertThat(in.read()).isEqualTo('2');
            in.skipNBytes(2);
            assertThat(in.read()).isEqualTo('5');
            assertThat(in.skip(1)).isZero();
            assertThat(in.read()).isNegative();
        }
    }

    @Test
    void get_rangeOutsideTheObject_isRefused() {
        put("a", "0123456789");
        StoredObject object = store().get(new Key("a")).orElseThrow();
        for (long[] range : new long[][] {{-1, 1}, {0, -1}, {0, 11}, {10, 1}, {11, 0}, {1, Long.MAX_VALUE}}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .as("offset %s, length %s", range[0], range[1])
                    .isThrownBy(() -> object.open(range[0], range[1]).close());
        }
    }

    @Test
    void get_moreBytesThanTheLimit_isRefused() {
        put("a", "0123456789");
        StoredObject object = store().get(new Key("a")).orElseThrow();
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> object.bytes(9));
        assertThat(object.bytes(10)).hasSize(10);
    }

    @Test
    void delete_object_isGoneAndItsNeighboursStay() {
        putAll("a", "a/b", "a/c", "b");
        store().delete(new Key("a/b"));
        store().delete(new Key("a"));
        assertThat(has("a")).isFalse();
        assertThat(has("a/b")).isFalse();
        assertThat(list()).containsExactly("a/c", "b");
    }

    @Test
    void delete_absentKey_doesNothing() {
        store().delete(new Key("a/b/c"));
        putAll("a/b", "c");
        store().delete(new Key("a"));
        store().delete(new Key("a/b/c"));
        store().delete(new Key("A/b"));
        assertThat(list()).containsExactly("a/b", "c");
    }

    @Test
    void delete_twice_doesNothingMore() {
        putAll("a", "b");
        store().delete(new Key("a"));
        store().delete(new Key("a"));
        assertThat(list()).containsExactly("b");
    }

    @Test
    void delete_thenPut_creates() {
        put("a/b", "old");
        store().delete(new Key("a/b"));
        assertThat(put("a/b", "new")).isEqualTo(CREATED);
        assertThat(text("a/b")).isEqualTo("new");
    }

    @Test
    void close_twice_doesNothingMore() {
        store().close();
        store().close();
    }

    @Test
    void close_thenAnyCall_isRefused() {
        Key key = new Key("a");
        store().close();
        assertThatIllegalStateException().isThrownBy(() -> put("a", "x"));
        assertThatIllegalStateException().isThrownBy(() -> store().get(key));
        assertThatIllegalStateException().isThrownBy(() -> store().list(Prefix.all(), null, 1));
        assertThatIllegalStateException().isThrownBy(() -> store().delete(key));
    }
}
