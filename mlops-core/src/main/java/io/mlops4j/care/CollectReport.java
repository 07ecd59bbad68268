package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What a collection of garbage did, or what one would do. {@link #toString()} is a table for people.
 *
 * <p>Immutable.
 *
 * @param kind whether anything was done
 * @param startedAt when it began
 * @param live how many blobs are referred to
 * @param garbage the blobs that no log refers to, in the order of their digests; copied
 */
public record CollectReport(Kind kind, Instant startedAt, long live, List<Garbage> garbage) {
    private static final int SHOWN = 100;

    /** What a report is about. */
    public enum Kind {
        /** What was done. */
        COLLECTED,
        /** What would be done now; nothing was changed. */
        PREVIEWED
    }

    /** Copies the list. */
    public CollectReport {
        requireNonNull(kind, "kind");
        requireNonNull(startedAt, "startedAt");
        garbage = List.copyOf(garbage);
    }

    /**
     * How many blobs had a fate.
     *
     * @param fate the fate
     * @return zero or more
     */
    public long count(Garbage.Fate fate) {
        return garbage.stream().filter(blob -> blob.fate() == fate).count();
    }

    /**
     * How many bytes had a fate.
     *
     * @param fate the fate
     * @return the sizes of its blobs, summed up
     */
    public long bytes(Garbage.Fate fate) {
        return garbage.stream()
                .filter(blob -> blob.fate() == fate)
                .mapToLong(Garbage::size)
                .sum();
    }

    /** A table of the fates, and the first {@value #SHOWN} blobs. */
    @Override
    public String toString() {
        var text =
                new StringBuilder(String.format(Locale.ROOT, "%s at %s: %d blobs are live%n", kind, startedAt, live));
        for (Garbage.Fate fate : Garbage.Fate.values()) {
            text.append(String.format(Locale.ROOT, "  %-8s %10d blobs %16d bytes%n", fate, count(fate), bytes(fate)));
        }
        garbage.stream()
                .limit(SHOWN)
                .forEach(blob -> text.append(String.format(
                        Locale.ROOT,
                        "%s %-8s %d bytes, due %s%n",
                        blob.digest(),
                        blob.fate(),
                        blob.size(),
                        blob.due())));
        int more = garbage.size() - SHOWN;
        return more <= 0
                ? text.toString()
                : text.append("and ").append(more).append(" more\n").toString();
    }
}
