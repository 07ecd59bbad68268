package io.mlops4j.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A map that is never changed: {@link #with} gives a new map that shares almost all of the old one, so that a state of
 * many thousand entries can be published after each commit without being copied.
 *
 * <p>A hash trie of 32-way branches after P. Bagwell, <i>Ideal Hash Trees</i>, EPFL 2001: look-up and update touch at
 * most seven small nodes, some log<sub>32</sub>(n) of them on average. The order of iteration is that of the hashes;
 * sort before showing or storing.
 *
 * <p>Immutable.
 *
 * @param <K> keys with equals and hashCode
 * @param <V> values, never null
 */
public final class PersistentMap<K, V> {
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;

    private final @Nullable Node<K, V> root;
    private final int size;

    private PersistentMap(@Nullable Node<K, V> root, int size) {
        this.root = root;
        this.size = size;
    }

    /**
     * A map without entries.
     *
     * @param <K> keys
     * @param <V> values
     * @return an empty map
     */
    public static <K, V> PersistentMap<K, V> empty() {
        return new PersistentMap<>(null, 0);
    }

    /**
     * How many entries there are.
     *
     * @return zero or more
     */
    public int size() {
        return size;
    }

    /**
     * Looks a key up.
     *
     * @param key the key
     * @return its value, or null if it is absent
     */
    public @Nullable V get(K key) {
        return root == null ? null : root.find(key, hash(key), 0);
    }

    /**
     * Adds or replaces an entry.
     *
     * @param key the key
     * @param value its value
     * @return a map with the entry; this one stays as it is
     */
    public PersistentMap<K, V> with(K key, V value) {
        var entry = new Entry<>(key, value, hash(key));
        Node<K, V> next = root == null ? entry : root.put(entry, 0);
        return new PersistentMap<>(next, get(key) == null ? size + 1 : size);
    }

    /**
     * Visits every entry, in no useful order.
     *
     * @param visitor gets key and value
     */
    public void forEach(BiConsumer<K, V> visitor) {
        if (root != null) {
            root.each(visitor);
        }
    }

    private static int hash(Object key) {
        int h = key.hashCode();
        return h ^ (h >>> 16);
    }

    private sealed interface Node<K, V> {
        @Nullable V find(K key, int hash, int shift);

        Node<K, V> put(Entry<K, V> entry, int shift);

        void each(BiConsumer<K, V> visitor);
    }

    private record Entry<K, V>(K key, V value, int hash) implements Node<K, V> {
        @Override
        public @Nullable V find(K wanted, int wantedHash, int shift) {
            return key.equals(wanted) ? value : null;
        }

        @Override
        public Node<K, V> put(Entry<K, V> entry, int shift) {
            return key.equals(entry.key) ? entry : split(this, entry, shift);
        }

        private static <K, V> Node<K, V> split(Entry<K, V> a, Entry<K, V> b, int shift) {
            if (shift >= Integer.SIZE) {
                return new Bucket<>(List.of(a, b));
            }
            int slotA = (a.hash >>> shift) & MASK;
            int slotB = (b.hash >>> shift) & MASK;
            if (slotA == slotB) {
                return new Branch<>(1 << slotA, List.of(split(a, b, shift + BITS)));
            }
            return new Branch<>(1 << slotA | 1 << slotB, slotA < slotB ? List.of(a, b) : List.of(b, a));
        }

        @Override
        public void each(BiConsumer<K, V> visitor) {
            visitor.accept(key, value);
        }
    }

    /** Up to 32 children; bit i of the bitmap says that slot i has one, and children stand in the order of slots. */
    private record Branch<K, V>(int bitmap, List<Node<K, V>> children) implements Node<K, V> {
        @Override
        public @Nullable V find(K key, int hash, int shift) {
            int bit = 1 << ((hash >>> shift) & MASK);
            return (bitmap & bit) == 0 ? null : children.get(index(bit)).find(key, hash, shift + BITS);
        }

        @Override
        public Node<K, V> put(Entry<K, V> entry, int shift) {
            int bit = 1 << ((entry.hash >>> shift) & MASK);
            int index = index(bit);
            List<Node<K, V>> next = new ArrayList<>(children.size() + 1);
            next.addAll(children);
            if ((bitmap & bit) == 0) {
                next.add(index, entry);
            } else {
                next.set(index, children.get(index).put(entry, shift + BITS));
            }
            return new Branch<>(bitmap | bit, next);
        }

        private int index(int bit) {
            return Integer.bitCount(bitmap & (bit - 1));
        }

        @Override
        public void each(BiConsumer<K, V> visitor) {
            children.forEach(child -> child.each(visitor));
        }
    }

    /** Different keys whose hashes are equal in all 32 bits. */
    private record Bucket<K, V>(List<Entry<K, V>> entries) implements Node<K, V> {
        @Override
        public @Nullable V find(K key, int hash, int shift) {
            for (Entry<K, V> entry : entries) {
                if (entry.key.equals(key)) {
                    return entry.value;
                }
            }
            return null;
        }

        @Override
        public Node<K, V> put(Entry<K, V> entry, int shift) {
            List<Entry<K, V>> next = new ArrayList<>(entries);
            next.removeIf(old -> old.key.equals(entry.key));
            next.add(entry);
            return new Bucket<>(next);
        }

        @Override
        public void each(BiConsumer<K, V> visitor) {
            entries.forEach(entry -> entry.each(visitor));
        }
    }
}
