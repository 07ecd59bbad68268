package io.mlops4j.store;

import java.util.List;

/**
 * A page of a listing.
 *
 * <p>Immutable.
 *
 * @param keys in ascending order; copied
 * @param more whether keys follow the last one of this page
 */
public record KeyPage(List<Key> keys, boolean more) {
    /** Copies the keys. */
    public KeyPage {
        keys = List.copyOf(keys);
    }
}
