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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that a registry's log says, and the view of it. A new state shares with the old one all that did not change, so
 * that a registration costs the same whether there are ten versions or ten thousand.
 *
 * <p>Immutable.
 */
final class RegistryState implements RegistryView {
    static final RegistryState EMPTY = new RegistryState(
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            new TreeSet<>(),
            Chain.empty());

    private final PersistentMap<ModelName, ModelState> models;
    /** Where each alias points, for {@link #resolve} in one look-up. */
    private final PersistentMap<Alias, AliasTarget> targets;
    /** The name that each lower-cased name belongs to. */
    private final PersistentMap<String, ModelName> caseless;

    private final PersistentMap<VersionId, Chain<VersionId>> children;
    private final SortedSet<VersionId> discarded;
    /** All that happened. */
    private final Chain<Fact> facts;

    private RegistryState(
            PersistentMap<ModelName, ModelState> models,
            PersistentMap<Alias, AliasTarget> targets,
            PersistentMap<String, ModelName> caseless,
            PersistentMap<VersionId, Chain<VersionId>> children,
            SortedSet<VersionId> discarded,
            Chain<Fact> facts) {
        this.models = models;
        this.targets = targets;
        this.caseless = caseless;
        this.children = children;
        this.discarded = discarded;
        this.facts = facts;
    }

    /**
     * Goes on with what happened next.
     *
     * @throws IllegalArgumentException if it makes no sense after what happened before
     */
    RegistryState with(Fact fact) {
        RegistryState next = this;
        if (fact instanceof Fact.Born born) {
            next = with(new VersionEntry(born.version(), born.time()));
        } else if (fact instanceof Fact.Happened happened) {
            next = with(happened.event(), happened);
        }
        return new RegistryState(
                next.models, next.targets, next.caseless, next.children, next.discarded, facts.with(fact));
    }

    private RegistryState with(RegistryEvent event, Fact fact) {
        if (event instanceof RegistryEvent.Moved moved) {
            RegistryState next = this;
            for (AliasMove move : moves(moved, fact)) {
                next = next.with(move);
            }
            return next;
        }
        if (event instanceof RegistryEvent.Edited edited) {
            return with(edited.toChange(fact.time(), fact.commit()));
        }
        if (event instanceof RegistryEvent.PolicySet set) {
            return with(set.toSetting(fact.time(), fact.commit()));
        }
        throw new IllegalArgumentException("a version must be told as what came to be");
    }

    private static List<AliasMove> moves(RegistryEvent.Moved moved, Fact fact) {
        return moved.moves().stream()
                .map(move -> move.toMove(fact.time(), fact.commit()))
                .toList();
    }

    private RegistryState with(AliasMove move) {
        ModelState model = model(move.alias().model()).with(move);
        var target = new AliasTarget(move.to().flatMap(to -> model.entry(to.number())));
        RegistryState next = with(model, children, discarded);
        return new RegistryState(
                next.models, targets.with(move.alias(), target), next.caseless, children, discarded, facts);
    }

    private RegistryState with(VersionEntry entry) {
        VersionId id = entry.outline().id();
        var born = children;
        for (VersionId parent : entry.outline().parents()) {
            born = born.with(parent, childrenOf(born, parent).with(id));
        }
        return with(model(id.model()).with(entry), born, discarded);
    }

    private RegistryState with(VersionChange change) {
        SortedSet<VersionId> gone = discarded;
        if (change.edit() instanceof LifecycleChange stage && stage.to() == Lifecycle.DISCARDED) {
            gone = new TreeSet<>(discarded);
            gone.add(change.version());
        }
        return with(model(change.version().model()).with(change), children, gone);
    }

    private RegistryState with(PolicySetting setting) {
        return with(model(setting.model()).with(setting), children, discarded);
    }

    private RegistryState with(
            ModelState model, PersistentMap<VersionId, Chain<VersionId>> born, SortedSet<VersionId> gone) {
        var names = models.get(model.name()) == null ? caseless.with(fold(model.name()), model.name()) : caseless;
        return new RegistryState(models.with(model.name(), model), targets, names, born, gone, facts);
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

    /** All that happened, oldest first. */
    Chain<Fact> facts() {
        return facts;
    }

    /** The number of the newest commit, or 0. */
    long lastCommit() {
        return facts.newest().map(Fact::commit).orElse(0L);
    }

    /** All moves whose commits have greater numbers, oldest first. */
    List<AliasMove> movesAfter(long commit) {
        List<AliasMove> found = new ArrayList<>();
        for (Fact fact : facts.newestWhile(fact -> fact.commit() > commit)) {
            if (fact instanceof Fact.Happened happened && happened.event() instanceof RegistryEvent.Moved moved) {
                found.addAll(moves(moved, fact));
            }
        }
        return found;
    }

    @Override
    public RegistryView asOf(Instant time) {
        Chain<Fact> at = facts;
        while (at.newest().isPresent() && at.newest().get().time().isAfter(time)) {
            at = at.older();
        }
        return at.size() == facts.size() ? this : fold(at.toList());
    }

    /** The state that these facts make. */
    static RegistryState fold(List<Fact> facts) {
        RegistryState state = EMPTY;
        for (Fact fact : facts) {
            state = state.with(fact);
        }
        return state;
    }

    @Override
    public List<ModelName> models() {
        List<ModelName> names = new ArrayList<>(models.size());
        models.forEach((name, model) -> {
            if (model.count() > 0) {
                names.add(name);
            }
        });
        Collections.sort(names);
        return Collections.unmodifiableList(names);
    }

    @Override
    public List<ModelVersion> versions(ModelName model) {
        return model(model).entries().stream().map(VersionEntry::version).toList();
    }

    @Override
    public Optional<ModelVersion> tryVersion(VersionId id) {
        return model(id.model()).entry(id.number()).map(VersionEntry::version);
    }

    @Override
    public ModelVersion version(VersionId id) {
        return entry(id).version();
    }

    @Override
    public VersionRecord record(VersionId id) {
        return entry(id).record();
    }

    @Override
    public List<VersionRecord> records(ModelName model) {
        return model(model).entries().stream().map(VersionEntry::record).toList();
    }

    private VersionEntry entry(VersionId id) {
        return model(id.model()).entry(id.number()).orElseThrow(() -> {
            int count = model(id.model()).count();
            return new NotFoundException("There is no version " + id + ": model " + id.model() + " has "
                    + (count == 0 ? "no versions" : "versions 1 to " + count));
        });
    }

    @Override
    public SortedSet<VersionId> discarded() {
        return Collections.unmodifiableSortedSet(discarded);
    }

    @Override
    public Optional<ModelVersion> tryRegistered(ModelName model, String idempotencyKey) {
        return model(model).registered(idempotencyKey);
    }

    @Override
    public Optional<ModelVersion> tryResolve(Alias alias) {
        return Optional.ofNullable(target(alias));
    }

    private @Nullable ModelVersion target(Alias alias) {
        AliasTarget target = targets.get(alias);
        return target == null ? null : target.version();
    }

    @Override
    public ModelVersion resolve(Alias alias) {
        ModelVersion target = target(alias);
        if (target != null) {
            return target;
        }
        throw new NotFoundException("Alias " + alias + " points nowhere: model " + alias.model()
                + (model(alias.model()).count() == 0
                        ? " is unknown"
                        : " has the aliases " + aliases(alias.model()).keySet()));
    }

    @Override
    public SortedMap<String, VersionId> aliases(ModelName model) {
        SortedMap<String, VersionId> pointing = new TreeMap<>();
        model(model).aliases().forEach((name, state) -> state.current().ifPresent(id -> pointing.put(name, id)));
        return Collections.unmodifiableSortedMap(pointing);
    }

    @Override
    public SortedSet<String> aliasNames(ModelName model) {
        return Collections.unmodifiableSortedSet(
                new TreeSet<>(model(model).aliases().keySet()));
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
    public List<PolicySetting> policies(ModelName model) {
        List<PolicySetting> all = new ArrayList<>();
        model(model).policies().values().forEach(settings -> settings.newest().ifPresent(all::add));
        return Collections.unmodifiableList(all);
    }

    @Override
    public List<PolicySetting> policyHistory(ModelName model) {
        List<PolicySetting> all = new ArrayList<>();
        model(model).policies().values().forEach(settings -> all.addAll(settings.toList()));
        all.sort(Comparator.comparingLong(PolicySetting::commit));
        return Collections.unmodifiableList(all);
    }

    @Override
    public PolicyReport check(Alias alias, VersionId version) {
        if (!version.model().equals(alias.model())) {
            throw new IllegalArgumentException("Cannot check version " + version + " for alias " + alias
                    + ": expected a version of model " + alias.model());
        }
        VersionRecord record = record(version);
        List<Finding> findings = new ArrayList<>();
        for (Optional<String> scope : List.of(Optional.<String>empty(), Optional.of(alias.name()))) {
            model(alias.model()).policies(scope).newest().ifPresent(setting -> setting.policy()
                    .requirements()
                    .forEach(requirement -> findings.add(requirement.judge(record))));
        }
        return new PolicyReport(alias, version, record.lifecycle(), findings);
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
        return entry(id).outline().parents();
    }

    private List<VersionId> children(VersionId id) {
        return childrenOf(children, id).toList().stream().sorted().toList();
    }
}
