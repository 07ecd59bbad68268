package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobStoreTest {
    private static final Prefix ALL = Prefix.of("blobs");

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final BlobStore blobs = BlobStore.in(store);

    /** Says one text the first time it is read, and another one later. */
    private static final class Fickle implements Content {
        private final String first;
        private final String later;
        private final long size;
        private final AtomicInteger opened = new AtomicInteger();

        Fickle(String first, String later, long size) {
            this.first = first;
            this.later = later;
            this.size = size;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream((opened.getAndIncrement() == 0 ? first : later).getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcdeF", "abcde", "abcdefg", ""})
    void put_contentThatIsAnotherOneWhenStored_isRefused(String later) {
        assertThatThrownBy(() -> blobs.put(new Fickle("abcdef", later, 6))).isInstanceOf(StorageException.class);

        assertThat(store.list(ALL, null, 1).keys()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 7})
    void put_contentOfAnotherSizeThanItSays_isRefused(long size) {
        assertThatThrownBy(() -> blobs.put(new Fickle("abcdef", "abcdef", size)))
                .isInstanceOf(StorageException.class)
                .rootCause()
                .hasMessageContaining("6 bytes, not the " + size);
    }

    @Test
    void put_whatIsThere_readsTheContentOnce() {
        blobs.put(Content.of("abcdef".getBytes(UTF_8)));
        var again = new Fickle("abcdef", "abcdef", 6);

        assertThat(blobs.put(again)).isEqualTo(Digest.of("abcdef".getBytes(UTF_8)));
        assertThat(again.opened).hasValue(1);
    }

    @Test
    void checked_storeThatNeverAsksForTheEnd_isToldWithTheLastByte() throws IOException {
        var content = new FingerprintedContent(
                Content.of("abcdeF".getBytes(UTF_8)), Fingerprint.of(Content.of("abcdef".getBytes(UTF_8))));
        try (InputStream in = content.open()) {
            assertThat(in.readNBytes(5)).hasSize(5);
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("changed");
        }
        try (InputStream in = content.open()) {
            assertThatThrownBy(() -> in.read(new byte[6])).isInstanceOf(IOException.class);
        }
    }
}
