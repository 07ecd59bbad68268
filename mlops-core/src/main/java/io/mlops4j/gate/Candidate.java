package io.mlops4j.gate;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.VersionId;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A version that wants to be promoted, with what its build measured.
 *
 * <p>Immutable.
 *
 * @param version the registered version
 * @param metrics such as {@code rmse} on the holdout; copied
 * @param notes free text by name, such as the tracked run's id; copied
 */
public record Candidate(VersionId version, SortedMap<String, Double> metrics, SortedMap<String, String> notes) {
    /** Copies the maps. */
    public Candidate {
        requireNonNull(version, "version");
        metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
        notes = Collections.unmodifiableSortedMap(new TreeMap<>(notes));
    }

    /**
     * Makes a candidate without notes.
     *
     * @param version the registered version
     * @param metrics what its build measured
     * @return the candidate
     */
    public static Candidate of(VersionId version, Map<String, Double> metrics) {
        return new Candidate(version, new TreeMap<>(metrics), Collections.emptySortedMap());
    }
}
