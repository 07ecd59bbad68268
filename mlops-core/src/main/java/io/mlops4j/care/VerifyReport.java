package io.mlops4j.care;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a verification looked at, and what it found. {@link #toString()} is a table for people.
 *
 * <p>Immutable.
 *
 * @param startedAt when it began; what was written later may not have been looked at
 * @param objects how many objects each room held; copied
 * @param bytes how many bytes of blobs were digested
 * @param findings what is not as it should be, at most {@value #MAX_FINDINGS}; copied
 * @param counts how many findings of each kind there were, those left out included; copied
 */
public record VerifyReport(
        Instant startedAt,
        SortedMap<Room, Long> objects,
        long bytes,
        List<Finding> findings,
        SortedMap<Finding.Kind, Long> counts) {
    /** The most findings that a report lists; the counts count all. */
    public static final int MAX_FINDINGS = 10_000;

    private static final int SHOWN = 100;

    /** Copies the collections. */
    public VerifyReport {
        requireNonNull(startedAt, "startedAt");
        objects = Collections.unmodifiableSortedMap(new TreeMap<>(objects));
        findings = List.copyOf(findings);
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    /**
     * Whether nothing is lost or in danger; see {@link Finding.Kind#isDamage}.
     *
     * @return true if there is no damage
     */
    public boolean isHealthy() {
        return counts.keySet().stream().noneMatch(Finding.Kind::isDamage);
    }

    /**
     * The findings of one kind.
     *
     * @param kind the kind
     * @return those that are listed
     */
    public List<Finding> findings(Finding.Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).toList();
    }

    /**
     * One line for people.
     *
     * @return whether the store is healthy, and how much was looked at
     */
    public String summary() {
        long all = objects.values().stream().mapToLong(Long::longValue).sum();
        return (isHealthy() ? "healthy: " : "DAMAGED: ") + all + " objects, " + bytes + " bytes of blobs, "
                + (counts.isEmpty() ? "nothing found" : counts);
    }

    /** The summary, a table of the rooms, and the first {@value #SHOWN} findings. */
    @Override
    public String toString() {
        var text = new StringBuilder(summary()).append('\n');
        Map<Room, Long> rooms = new EnumMap<>(Room.class);
        rooms.putAll(objects);
        rooms.forEach((room, count) -> text.append(String.format(Locale.ROOT, "  %-12s %12d%n", room, count)));
        findings.stream().limit(SHOWN).forEach(finding -> text.append(finding).append('\n'));
        long more = counts.values().stream().mapToLong(Long::longValue).sum() - Math.min(SHOWN, findings.size());
        return more == 0
                ? text.toString()
                : text.append("and ").append(more).append(" more\n").toString();
    }
}
