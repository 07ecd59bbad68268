package io.mlops4j.store.s3;

import io.mlops4j.store.Key;
import io.mlops4j.store.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * How keys become names in a bucket: the store's folder, the key, and a {@code !}. S3 would not need the {@code !},
 * but servers that keep their objects as files do, since {@code a} and {@code a/b} cannot both be files; it also tells
 * ours from what others leave in the bucket. It comes before every character of a key, so that names order as keys do.
 *
 * <p>Immutable.
 *
 * @param root the store's folder
 */
record ObjectNames(Prefix root) {
    private static final String OBJECT = "!";

    String of(Key key) {
        return root.value() + key.value() + OBJECT;
    }

    String of(Prefix prefix) {
        return root.value() + prefix.value();
    }

    /** The key of a name below the root, or null if it is none of ours. */
    @Nullable Key key(String name) {
        if (!name.endsWith(OBJECT)) {
            return null;
        }
        try {
            return new Key(name.substring(root.value().length(), name.length() - OBJECT.length()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
