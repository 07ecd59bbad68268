package io.mlops4j.store;

import static java.util.Objects.requireNonNull;

import io.mlops4j.StorageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * An {@link ObjectStore} in this JVM's heap, for tests and for work that may be lost: "durable" means as long as the
 * object lives. In everything else it keeps the contract to the letter.
 *
 * <p>Thread-safe.
 */
public final class MemoryObjectStore implements ObjectStore {
    private final ConcurrentNavigableMap<Key, byte[]> objects = new ConcurrentSkipListMap<>();
    private volatile boolean closed;

    /** Opens an empty store. */
    public MemoryObjectStore() {}

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        requireNonNull(content, "content");
        requireOpen();
        if (objects.containsKey(requireNonNull(key, "key"))) {
            return PutOutcome.EXISTS;
        }
        return objects.putIfAbsent(key, read(key, content)) == null ? PutOutcome.CREATED : PutOutcome.EXISTS;
    }

    private static byte[] read(Key key, Content content) {
        if (content.size() > Integer.MAX_VALUE - Long.BYTES) {
            throw new StorageException("Cannot store " + key + " in memory: it has " + content.size() + " bytes");
        }
        try (InputStream in = content.open()) {
            byte[] bytes = in.readNBytes((int) content.size());
            if (bytes.length != content.size() || in.read() >= 0) {
                throw new StorageException(
                        "Cannot store " + key + ": its content does not have the " + content.size() + " bytes it said");
            }
            return bytes;
        } catch (IOException e) {
            throw new StorageException("Cannot store " + key + ": its content cannot be read", e);
        }
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        requireOpen();
        return Optional.ofNullable(objects.get(requireNonNull(key, "key"))).map(Bytes::new);
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        requireOpen();
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException("Invalid limit " + limit + ": expected 1 to " + MAX_PAGE);
        }
        List<Key> keys = new ArrayList<>();
        for (Key key : tail(prefix, after).keySet()) {
            if (!prefix.contains(key)) {
                break;
            }
            if (keys.size() == limit) {
                return new KeyPage(keys, true);
            }
            keys.add(key);
        }
        return new KeyPage(keys, false);
    }

    private NavigableMap<Key, byte[]> tail(Prefix prefix, @Nullable Key after) {
        if (after != null && after.value().compareTo(prefix.value()) >= 0) {
            return objects.tailMap(after, false);
        }
        // Keys below the prefix begin with a letter or digit after it, so that none is smaller than prefix + "0".
        return prefix.value().isEmpty() ? objects : objects.tailMap(prefix.key("0"), true);
    }

    @Override
    public void delete(Key key) {
        requireOpen();
        objects.remove(requireNonNull(key, "key"));
    }

    @Override
    public void close() {
        closed = true;
        objects.clear();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The memory store is closed");
        }
    }

    /** The array is never written to once it is in the map. */
    private static final class Bytes implements StoredObject {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            return new ByteArrayInputStream(bytes, (int) offset, (int) length);
        }
    }
}
