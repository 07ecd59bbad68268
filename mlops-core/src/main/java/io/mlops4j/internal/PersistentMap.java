package io.mlops4j.internal;

import java.util.ArrayList;
import java.util.Arrays;
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
        int hash = hash(key);
        Node<K, V> node = root;
        // A loop over final classes, as calls through an interface cost more than all the rest.
        for (int rest = hash; node instanceof Branch<K, V> branch; rest >>>= BITS) {
            node = branch.child(1 << (rest & MASK));
        }
        if (node instanceof Entry<K, V> entry) {
            return entry.hash == hash && entry.key.equals(key) ? entry.value : null;
        }
        return node instanceof Bucket<K, V> bucket ? bucket.find(key) : null;
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
        Node<K, V> put(Entry<K, V> entry, int shift);

        void each(BiConsumer<K, V> visitor);
    }

    private record Entry<K, V>(K key, V value, int hash) implements Node<K, V> {
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
                return new Branch<>(1 << slotA, split(a, b, shift + BITS));
            }
            return slotA < slotB
                    ? new Branch<>(1 << slotA | 1 << slotB, a, b)
                    : new Branch<>(1 << slotA | 1 << slotB, b, a);
        }

        @Override
        public void each(BiConsumer<K, V> visitor) {
            visitor.accept(key, value);
        }
    }

    /** Up to 32 children; bit i of the bitmap says that slot i has one, and children stand in the order of slots. */
    private static final class Branch<K, V> implements Node<K, V> {
        private final int bitmap;
        private final Node<K, V>[] children;

        @SafeVarargs
        @SuppressWarnings("varargs") // the array is only read, and holds nodes only
        Branch(int bitmap, Node<K, V>... children) {
            this.bitmap = bitmap;
            this.children = children;
        }

        @Nullable Node<K, V> child(int bit) {
            return (bitmap & bit) == 0 ? null : children[index(bit)];
        }

        @Override
        public Node<K, V> put(Entry<K, V> entry, int shift) {
            int bit = 1 << ((entry.hash >>> shift) & MASK);
            int index = index(bit);
            if ((bitmap & bit) == 0) {
                Node<K, V>[] wider = Arrays.copyOf(children, children.length + 1);
                System.arraycopy(children, index, wider, index + 1, children.length - index);
                wider[index] = entry;
                return new Branch<>(bitmap | bit, wider);
            }
            Node<K, V>[] next = children.clone();
            next[index] = children[index].put(entry, shift + BITS);
            return new Branch<>(bitmap, next);
        }

        private int index(int bit) {
            return Integer.bitCount(bitmap & (bit - 1));
        }

        @Override
        public void each(BiConsumer<K, V> visitor) {
            for (Node<K, V> child : children) {
                child.each(visitor);
            }
        }
    }

    /** Different keys whose hashes are equal in all 32 bits. */
    private record Bucket<K, V>(List<Entry<K, V>> entries) implements Node<K, V> {
        @Nullable V find(K key) {
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
