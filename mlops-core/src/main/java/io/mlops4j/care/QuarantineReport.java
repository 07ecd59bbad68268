package io.mlops4j.care;

import io.mlops4j.store.Key;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of corrupt blobs. {@link #toString()} is a list for people.
 *
 * <p>Immutable.
 *
 * @param moved where the bytes of each blob are now, by the key they had; copied
 * @param left why others were left as they were, by key; copied
 */
public record QuarantineReport(SortedMap<Key, Key> moved, SortedMap<Key, String> left) {
    /** Copies the maps. */
    public QuarantineReport {
        moved = Collections.unmodifiableSortedMap(new TreeMap<>(moved));
        left = Collections.unmodifiableSortedMap(new TreeMap<>(left));
    }

    /** One line for each blob. */
    @Override
    public String toString() {
        var text = new StringBuilder("put aside " + moved.size() + ", left " + left.size() + "\n");
        moved.forEach(
                (from, to) -> text.append(from).append(" is now ").append(to).append('\n'));
        left.forEach(
                (key, why) -> text.append(key).append(" was left: ").append(why).append('\n'));
        return text.toString();
    }
}
