package io.mlops4j.registry.archive;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.VersionId;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What became of an archive's versions.
 *
 * <p>Immutable.
 *
 * @param model the model
 * @param versions by the number that a version has in the archive: the version that it is here; copied
 * @param droppedParents by the number in the archive: the parents that are not in it and were left out; copied
 */
public record ImportReport(
        ModelName model, SortedMap<Integer, VersionId> versions, SortedMap<Integer, List<VersionId>> droppedParents) {
    /** Copies the maps. */
    public ImportReport {
        requireNonNull(model, "model");
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        droppedParents = Collections.unmodifiableSortedMap(new TreeMap<>(droppedParents));
    }

    /**
     * Whether every version kept its number: so it is if the model had no versions here, and the archive holds all from 1
     * on.
     *
     * @return false if one of them has another number here
     */
    public boolean keptNumbers() {
        return versions.entrySet().stream()
                .allMatch(entry -> entry.getKey() == entry.getValue().number());
    }
}
