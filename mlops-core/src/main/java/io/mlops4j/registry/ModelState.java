package io.mlops4j.registry;

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

/** One model: its versions by number, and where to find them by semantic version and by idempotency key. */
record ModelState(
        ModelName name,
        PersistentMap<Integer, Entry> versions,
        PersistentMap<SemVer, Integer> semVers,
        PersistentMap<String, Integer> keys,
        SortedMap<String, AliasState> aliases) {

    /** A version, and the key it was registered with. */
    record Entry(ModelVersion version, Optional<String> key) {}

    static ModelState of(ModelName name) {
        return new ModelState(
                name,
                PersistentMap.empty(),
                PersistentMap.empty(),
                PersistentMap.empty(),
                Collections.unmodifiableSortedMap(new TreeMap<>()));
    }

    int count() {
        return versions.size();
    }

    Optional<Entry> entry(int number) {
        return Optional.ofNullable(versions.get(number));
    }

    List<Entry> entries() {
        List<Entry> all = new ArrayList<>(count());
        for (int number = 1; number <= count(); number++) {
            entry(number).ifPresent(all::add);
        }
        return all;
    }

    Optional<ModelVersion> registered(String key) {
        return Optional.ofNullable(keys.get(key)).flatMap(this::entry).map(Entry::version);
    }

    Optional<VersionId> holder(SemVer semVer) {
        return Optional.ofNullable(semVers.get(semVer)).map(name::version);
    }

    AliasState alias(String alias) {
        return aliases.getOrDefault(alias, AliasState.NEW);
    }

    ModelState with(Entry entry) {
        ModelVersion version = entry.version();
        int number = version.id().number();
        if (number != count() + 1) {
            throw new IllegalArgumentException(
                    "version " + version.id() + " does not follow the " + count() + " versions before it");
        }
        var bySemVer =
                version.semVer().map(semVer -> semVers.with(semVer, number)).orElse(semVers);
        var byKey = entry.key().map(key -> keys.with(key, number)).orElse(keys);
        return new ModelState(name, versions.with(number, entry), bySemVer, byKey, aliases);
    }

    ModelState with(AliasMove move) {
        if (move.to().isPresent() && entry(move.to().get().number()).isEmpty()) {
            throw new IllegalArgumentException("alias " + move.alias() + " is said to move to version "
                    + move.to().get() + ", which does not exist");
        }
        String alias = move.alias().name();
        SortedMap<String, AliasState> next = new TreeMap<>(aliases);
        next.put(alias, alias(alias).with(move));
        return new ModelState(name, versions, semVers, keys, Collections.unmodifiableSortedMap(next));
    }
}
