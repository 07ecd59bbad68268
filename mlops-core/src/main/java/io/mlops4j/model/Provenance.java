package io.mlops4j.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a model version came from: code, data, run, parents and environment.
 *
 * <pre>{@code
 * Provenance.of("9f31c2e").withRun("r-17").withDataset(new DatasetRef("rides", digest, 1461));
 * }</pre>
 *
 * <p>Immutable; {@code with…} methods return a changed copy.
 *
 * @param codeCommit the commit of the code that trained it, or empty if unknown
 * @param datasets what it was trained on; copied
 * @param run the id of the tracked run that made it, if any
 * @param parents the versions it was derived from, such as the champion it was to replace; copied
 * @param environment such as {@code java.version} or {@code os.arch}; copied
 */
public record Provenance(
        String codeCommit,
        List<DatasetRef> datasets,
        Optional<String> run,
        List<VersionId> parents,
        SortedMap<String, String> environment) {
    private static final Provenance UNKNOWN =
            new Provenance("", List.of(), Optional.empty(), List.of(), new TreeMap<>());

    /** Copies the collections. */
    public Provenance {
        requireNonNull(codeCommit, "codeCommit");
        datasets = List.copyOf(datasets);
        requireNonNull(run, "run");
        parents = List.copyOf(parents);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    /**
     * Provenance of a model about which nothing is known.
     *
     * @return an empty provenance
     */
    public static Provenance unknown() {
        return UNKNOWN;
    }

    /**
     * Starts from the commit of the training code.
     *
     * @param codeCommit the commit id
     * @return a provenance without data, run, parents or environment
     */
    public static Provenance of(String codeCommit) {
        return new Provenance(codeCommit, List.of(), Optional.empty(), List.of(), new TreeMap<>());
    }

    /**
     * Adds a dataset.
     *
     * @param dataset what the model was trained on
     * @return a copy
     */
    public Provenance withDataset(DatasetRef dataset) {
        return new Provenance(codeCommit, append(datasets, dataset), run, parents, environment);
    }

    /**
     * Sets the run.
     *
     * @param runId the id of the tracked run
     * @return a copy
     */
    public Provenance withRun(String runId) {
        return new Provenance(codeCommit, datasets, Optional.of(runId), parents, environment);
    }

    /**
     * Adds a parent version.
     *
     * @param parent a version that this one was derived from
     * @return a copy
     */
    public Provenance withParent(VersionId parent) {
        return new Provenance(codeCommit, datasets, run, append(parents, parent), environment);
    }

    /**
     * Adds to the environment.
     *
     * @param entries such as {@code java.version}; copied
     * @return a copy
     */
    public Provenance withEnvironment(Map<String, String> entries) {
        var merged = new TreeMap<>(environment);
        merged.putAll(entries);
        return new Provenance(codeCommit, datasets, run, parents, merged);
    }

    private static <T> List<T> append(List<T> list, T element) {
        var copy = new ArrayList<>(list);
        copy.add(element);
        return copy;
    }
}
