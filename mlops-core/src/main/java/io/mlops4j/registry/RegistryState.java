package io.mlops4j.registry;

import io.mlops4j.NotFoundException;
import io.mlops4j.internal.Chain;
import io.mlops4j.internal.PersistentMap;
import io.mlops4j.model.Alias;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * All that a registry's log says, and the view of it. A new state shares with the old one all that did not change, so
 * that a registration costs the same whether there are ten versions or ten thousand.
 *
 * <p>Immutable.
 */
final class RegistryState implements RegistryView {
    static final RegistryState EMPTY =
            new RegistryState(PersistentMap.empty(), PersistentMap.empty(), PersistentMap.empty(), Chain.empty());

    private final PersistentMap<ModelName, ModelState> models;
    /** The name that each lower-cased name belongs to. */
    private final PersistentMap<String, ModelName> caseless;

    private final PersistentMap<VersionId, Chain<VersionId>> children;
    private final Chain<AliasMove> moves;

    private RegistryState(
            PersistentMap<ModelName, ModelState> models,
            PersistentMap<String, ModelName> caseless,
            PersistentMap<VersionId, Chain<VersionId>> children,
            Chain<AliasMove> moves) {
        this.models = models;
        this.caseless = caseless;
        this.children = children;
        this.moves = moves;
    }

    RegistryState with(ModelState.Entry entry) {
        VersionId id = entry.version().id();
        var born = children;
        for (VersionId parent : entry.version().provenance().parents()) {
            born = born.with(parent, childrenOf(born, parent).with(id));
        }
        return new RegistryState(
                models.with(id.model(), model(id.model()).with(entry)),
                caseless.with(fold(id.model()), id.model()),
                born,
                moves);
    }

    RegistryState with(AliasMove move) {
        ModelName name = move.alias().model();
        return new RegistryState(models.with(name, model(name).with(move)), caseless, children, moves.with(move));
    }

    private static Chain<VersionId> childrenOf(PersistentMap<VersionId, Chain<VersionId>> all, VersionId parent) {
        Chain<VersionId> chain = all.get(parent);
        return chain == null ? Chain.empty() : chain;
    }

    private static String fold(ModelName name) {
        return name.value().toLowerCase(Locale.ROOT);
    }

    /** The model, empty if nothing was registered under its name. */
    ModelState model(ModelName name) {
        ModelState model = models.get(name);
        return model == null ? ModelState.of(name) : model;
    }

    /** The model whose name differs from this one by case only. */
    Optional<ModelName> caseTwin(ModelName name) {
        return Optional.ofNullable(caseless.get(fold(name))).filter(there -> !there.equals(name));
    }

    /** The commit number of the newest move, or 0. */
    long lastMove() {
        return moves.newest().map(AliasMove::commit).orElse(0L);
    }

    /** All moves whose commits have greater numbers, oldest first. */
    List<AliasMove> movesAfter(long commit) {
        return moves.newestWhile(move -> move.commit() > commit);
    }

    @Override
    public List<ModelName> models() {
        List<ModelName> names = new ArrayList<>(models.size());
        models.forEach((name, model) -> names.add(name));
        Collections.sort(names);
        return Collections.unmodifiableList(names);
    }

    @Override
    public List<ModelVersion> versions(ModelName model) {
        return model(model).entries().stream().map(ModelState.Entry::version).toList();
    }

    @Override
    public Optional<ModelVersion> tryVersion(VersionId id) {
        return model(id.model()).entry(id.number()).map(ModelState.Entry::version);
    }

    @Override
    public ModelVersion version(VersionId id) {
        return tryVersion(id).orElseThrow(() -> {
            int count = model(id.model()).count();
            return new NotFoundException("There is no version " + id + ": model " + id.model() + " has "
                    + (count == 0 ? "no versions" : "versions 1 to " + count));
        });
    }

    @Override
    public Optional<ModelVersion> tryRegistered(ModelName model, String idempotencyKey) {
        return model(model).registered(idempotencyKey);
    }

    @Override
    public Optional<ModelVersion> tryResolve(Alias alias) {
        return model(alias.model()).alias(alias.name()).current().flatMap(this::tryVersion);
    }

    @Override
    public ModelVersion resolve(Alias alias) {
        return tryResolve(alias)
                .orElseThrow(() -> new NotFoundException("Alias " + alias + " points nowhere: model " + alias.model()
                        + (model(alias.model()).count() == 0
                                ? " is unknown"
                                : " has the aliases " + aliases(alias.model()).keySet())));
    }

    @Override
    public SortedMap<String, VersionId> aliases(ModelName model) {
        SortedMap<String, VersionId> pointing = new TreeMap<>();
        model(model).aliases().forEach((name, state) -> state.current().ifPresent(id -> pointing.put(name, id)));
        return Collections.unmodifiableSortedMap(pointing);
    }

    @Override
    public List<AliasMove> history(Alias alias) {
        return model(alias.model()).alias(alias.name()).moves().toList();
    }

    @Override
    public Optional<VersionId> aliasAt(Alias alias, Instant time) {
        Chain<AliasMove> at = model(alias.model()).alias(alias.name()).moves();
        while (at.newest().isPresent() && at.newest().get().time().isAfter(time)) {
            at = at.older();
        }
        return at.newest().flatMap(AliasMove::to);
    }

    @Override
    public Lineage lineage(VersionId id) {
        version(id);
        SortedSet<VersionId> around = Lineage.reach(id, this::parents);
        around.addAll(Lineage.reach(id, this::children));
        SortedMap<VersionId, Lineage.Node> nodes = new TreeMap<>();
        for (VersionId one : around) {
            Provenance provenance = version(one).provenance();
            nodes.put(
                    one,
                    new Lineage.Node(provenance.parents(), children(one), provenance.run(), provenance.datasets()));
        }
        return new Lineage(id, nodes);
    }

    private List<VersionId> parents(VersionId id) {
        return version(id).provenance().parents();
    }

    private List<VersionId> children(VersionId id) {
        return childrenOf(children, id).toList().stream().sorted().toList();
    }
}
