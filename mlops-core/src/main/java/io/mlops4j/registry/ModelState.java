package io.mlops4j.registry;

import io.mlops4j.internal.Chain;
import io.mlops4j.internal.PersistentMap;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One model: its versions by number, where to find them by semantic version and by idempotency key, its aliases, and its
 * policies, each by the name of its alias or, for the model's own, by the empty string.
 */
record ModelState(
        ModelName name,
        PersistentMap<Integer, VersionEntry> versions,
        PersistentMap<String, Integer> semVers,
        PersistentMap<String, Integer> keys,
        SortedMap<String, AliasState> aliases,
        SortedMap<String, Chain<PolicySetting>> policies) {

    static ModelState of(ModelName name) {
        return new ModelState(
                name,
                PersistentMap.empty(),
                PersistentMap.empty(),
                PersistentMap.empty(),
                Collections.unmodifiableSortedMap(new TreeMap<>()),
                Collections.unmodifiableSortedMap(new TreeMap<>()));
    }

    int count() {
        return versions.size();
    }

    Optional<VersionEntry> entry(int number) {
        return Optional.ofNullable(versions.get(number));
    }

    List<VersionEntry> entries() {
        List<VersionEntry> all = new ArrayList<>(count());
        for (int number = 1; number <= count(); number++) {
            entry(number).ifPresent(all::add);
        }
        return all;
    }

    Optional<ModelVersion> registered(String key) {
        return Optional.ofNullable(keys.get(key)).flatMap(this::entry).map(VersionEntry::version);
    }

    Optional<VersionId> holder(SemVer semVer) {
        return Optional.ofNullable(semVers.get(semVer.toString())).map(name::version);
    }

    AliasState alias(String alias) {
        return aliases.getOrDefault(alias, AliasState.NEW);
    }

    /** The settings of one policy, of an alias or of the model. */
    Chain<PolicySetting> policies(Optional<String> alias) {
        return policies.getOrDefault(alias.orElse(""), Chain.empty());
    }

    ModelState with(VersionEntry entry) {
        VersionOutline version = entry.outline();
        int number = version.id().number();
        if (number != count() + 1) {
            throw new IllegalArgumentException(
                    "version " + version.id() + " does not follow the " + count() + " versions before it");
        }
        var bySemVer =
                version.semVer().map(semVer -> semVers.with(semVer, number)).orElse(semVers);
        var byKey = version.key().map(key -> keys.with(key, number)).orElse(keys);
        return new ModelState(name, versions.with(number, entry), bySemVer, byKey, aliases, policies);
    }

    ModelState with(VersionChange change) {
        int number = change.version().number();
        VersionEntry entry = entry(number)
                .orElseThrow(() -> new IllegalArgumentException(
                        "version " + change.version() + " is said to change, and does not exist"));
        return new ModelState(name, versions.with(number, entry.with(change)), semVers, keys, aliases, policies);
    }

    ModelState with(AliasMove move) {
        if (move.to().isPresent() && entry(move.to().get().number()).isEmpty()) {
            throw new IllegalArgumentException("alias " + move.alias() + " is said to move to version "
                    + move.to().get() + ", which does not exist");
        }
        String alias = move.alias().name();
        SortedMap<String, AliasState> next = new TreeMap<>(aliases);
        next.put(alias, alias(alias).with(move));
        return new ModelState(name, versions, semVers, keys, Collections.unmodifiableSortedMap(next), policies);
    }

    ModelState with(PolicySetting setting) {
        SortedMap<String, Chain<PolicySetting>> next = new TreeMap<>(policies);
        next.put(setting.alias().orElse(""), policies(setting.alias()).with(setting));
        return new ModelState(name, versions, semVers, keys, aliases, Collections.unmodifiableSortedMap(next));
    }
}
