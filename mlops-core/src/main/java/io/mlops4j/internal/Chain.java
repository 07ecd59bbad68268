package io.mlops4j.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A list that grows at its end without being copied: each chain is one element and the chain before it. For histories
 * that only ever get longer.
 *
 * <p>Immutable.
 *
 * @param <E> elements, never null
 */
public final class Chain<E> {
    private final @Nullable E newest;
    private final @Nullable Chain<E> older;
    private final int size;

    private Chain(@Nullable E newest, @Nullable Chain<E> older, int size) {
        this.newest = newest;
        this.older = older;
        this.size = size;
    }

    /**
     * A chain without elements.
     *
     * @param <E> elements
     * @return an empty chain
     */
    public static <E> Chain<E> empty() {
        return new Chain<>(null, null, 0);
    }

    /**
     * Adds an element at the end.
     *
     * @param element the element
     * @return a longer chain; this one stays as it is
     */
    public Chain<E> with(E element) {
        return new Chain<>(element, this, size + 1);
    }

    /**
     * How many elements there are.
     *
     * @return zero or more
     */
    public int size() {
        return size;
    }

    /**
     * The element added last.
     *
     * @return the element, or empty
     */
    public Optional<E> newest() {
        return Optional.ofNullable(newest);
    }

    /**
     * This chain without its newest element.
     *
     * @return the chain as it was before, or an empty one
     */
    public Chain<E> older() {
        return older == null ? this : older;
    }

    /**
     * Takes the newest elements while they fit.
     *
     * @param fits asked from the newest element on; the first that does not fit ends it
     * @return the elements that fit, oldest first
     */
    public List<E> newestWhile(Predicate<E> fits) {
        List<E> taken = new ArrayList<>();
        for (Chain<E> at = this; at != null && at.newest != null && fits.test(at.newest); at = at.older) {
            taken.add(at.newest);
        }
        Collections.reverse(taken);
        return Collections.unmodifiableList(taken);
    }

    /**
     * All elements.
     *
     * @return oldest first
     */
    public List<E> toList() {
        return newestWhile(element -> true);
    }
}
