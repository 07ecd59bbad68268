package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.VersionId;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Where a version comes from and what came of it: the graph of its ancestors and descendants, each with its run and its
 * data. Siblings are not in it. There are no cycles, as a parent is registered before its children.
 *
 * <p>Immutable.
 *
 * @param version whose lineage it is
 * @param nodes the version, all its ancestors and all its descendants, by id; copied
 */
public record Lineage(VersionId version, SortedMap<VersionId, Node> nodes) {
    /**
     * One version in the graph.
     *
     * <p>Immutable.
     *
     * @param parents what it was derived from; copied
     * @param children what was derived from it, among the versions of this graph and beside them; copied
     * @param run the id of the run that made it, if known
     * @param datasets what it was trained on; copied
     */
    public record Node(
            List<VersionId> parents, List<VersionId> children, Optional<String> run, List<DatasetRef> datasets) {
        /** Copies the lists. */
        public Node {
            parents = List.copyOf(parents);
            children = List.copyOf(children);
            requireNonNull(run, "run");
            datasets = List.copyOf(datasets);
        }
    }

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if the version is not among the nodes
     */
    public Lineage {
        requireNonNull(version, "version");
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        if (!nodes.containsKey(version)) {
            throw new IllegalArgumentException("Lineage of " + version + " does not hold the version itself");
        }
    }

    /**
     * One version of the graph.
     *
     * @param id its id
     * @return its node
     * @throws NotFoundException if it is not in this graph
     */
    public Node node(VersionId id) {
        Node node = nodes.get(id);
        if (node == null) {
            throw new NotFoundException("Version " + id + " is not in the lineage of version " + version);
        }
        return node;
    }

    /**
     * All versions that this one was derived from, directly or not.
     *
     * @return their ids, without the version's own
     */
    public SortedSet<VersionId> ancestors() {
        return reach(Node::parents);
    }

    /**
     * All versions that were derived from this one, directly or not.
     *
     * @return their ids, without the version's own
     */
    public SortedSet<VersionId> descendants() {
        return reach(Node::children);
    }

    /**
     * Draws the graph as a Mermaid flowchart: versions as boxes, the one in question bold, runs as rounded boxes,
     * datasets as cylinders, with arrows from what came first.
     *
     * @return the text of the chart; names from outside are escaped
     */
    public String toMermaid() {
        return LineageChart.of(this).mermaid();
    }

    /**
     * Draws the graph in the DOT language of Graphviz, as {@link #toMermaid} does.
     *
     * @return the text of a digraph; names from outside are escaped
     */
    public String toDot() {
        return LineageChart.of(this).dot();
    }

    private SortedSet<VersionId> reach(Function<Node, List<VersionId>> next) {
        SortedSet<VersionId> reached = reach(version, id -> {
            Node node = nodes.get(id);
            return node == null ? List.of() : next.apply(node);
        });
        reached.remove(version);
        return Collections.unmodifiableSortedSet(reached);
    }

    /** Walks along some edges; the start is among what it reaches. */
    static SortedSet<VersionId> reach(VersionId start, Function<VersionId, List<VersionId>> edges) {
        SortedSet<VersionId> reached = new TreeSet<>(List.of(start));
        Deque<VersionId> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (VersionId next : edges.apply(open.remove())) {
                if (reached.add(next)) {
                    open.add(next);
                }
            }
        }
        return reached;
    }
}
