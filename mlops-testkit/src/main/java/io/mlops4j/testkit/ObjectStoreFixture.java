package io.mlops4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The store under test, and the few words in which its contract is told. */
abstract class ObjectStoreFixture {
    /** Opened for each test. */
    @Nullable private ObjectStore opened;

    /**
     * Opens the store under test, empty, on a place of its own.
     *
     * @return the store; the contract closes it
     * @throws Exception fails the test
     */
    protected abstract ObjectStore open() throws Exception;

    /**
     * Opens what {@link #open} opened last once more, as another process would. Cases that need it are skipped for
     * stores whose objects live no longer than they.
     *
     * @return another store on the same objects, which the contract closes; empty, the default, if there is no such
     *     thing
     * @throws Exception fails the test
     */
    protected Optional<ObjectStore> openAgain() throws Exception {
        return Optional.empty();
    }

    @BeforeEach
    void openStore() throws Exception {
        opened = open();
    }

    @AfterEach
    void closeStore() {
        if (opened != null) {
            opened.close();
        }
    }

    final ObjectStore store() {
        if (opened == null) {
            throw new IllegalStateException("The store is opened before each test");
        }
        return opened;
    }

    final PutOutcome put(String key, String text) {
        return store().putIfAbsent(new Key(key), Content.of(utf8(text)));
    }

    final void putAll(String... keys) {
        for (String key : keys) {
            assertThat(put(key, key)).isEqualTo(PutOutcome.CREATED);
        }
    }

    final boolean has(String key) {
        return store().get(new Key(key)).isPresent();
    }

    final String text(String key) {
        return new String(bytes(key), StandardCharsets.UTF_8);
    }

    final byte[] bytes(String key) {
        return store().get(new Key(key)).orElseThrow().bytes(Integer.MAX_VALUE);
    }

    final List<String> list() {
        return names(store().list(Prefix.all(), null, ObjectStore.MAX_PAGE));
    }

    final List<String> list(Prefix prefix, @Nullable String after) {
        return names(store().list(prefix, after == null ? null : new Key(after), ObjectStore.MAX_PAGE));
    }

    static List<String> names(KeyPage page) {
        return page.keys().stream().map(Key::value).toList();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that look like nothing else, so that a mix of two objects is seen. */
    static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] filled(int value, int size) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
