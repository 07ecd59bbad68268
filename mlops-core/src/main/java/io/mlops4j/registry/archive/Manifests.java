package io.mlops4j.registry.archive;

import io.mlops4j.internal.json.StoredSignature;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.Endorsement;
import io.mlops4j.registry.GateVerdicts;
import io.mlops4j.registry.Lifecycle;
import io.mlops4j.registry.LifecycleChange;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.VersionChange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.Vote;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes down what a registry knows of some versions. */
final class Manifests {
    private Manifests() {}

    /** The versions whose files are kept. */
    static List<ModelVersion> kept(ModelRegistry registry, ModelName model) {
        RegistryView view = registry.refresh();
        return view.versions(model).stream()
                .filter(version -> view.record(version.id()).lifecycle() != Lifecycle.DISCARDED)
                .toList();
    }

    static ArchiveManifest of(ModelRegistry registry, ModelName model, List<ModelVersion> versions) {
        Set<VersionId> exported = versions.stream().map(ModelVersion::id).collect(Collectors.toSet());
        var aliases = new TreeMap<String, Integer>();
        RegistryView view = registry.refresh();
        view.aliases(model).forEach((alias, id) -> {
            if (exported.contains(id)) {
                aliases.put(alias, id.number());
            }
        });
        return new ArchiveManifest(
                ArchiveManifest.FORMAT,
                ArchiveManifest.SCHEMA,
                model,
                versions.stream()
                        .map(version -> describe(view.record(version.id())))
                        .toList(),
                aliases);
    }

    private static ArchiveManifest.Version describe(VersionRecord record) {
        ModelVersion version = record.version();
        return new ArchiveManifest.Version(
                version.id().number(),
                version.semVer(),
                version.files(),
                version.signature().map(StoredSignature::of),
                version.provenance(),
                record.metrics(),
                record.tags(),
                record.description(),
                version.registeredAt(),
                record.signatures().stream().map(Endorsement::json).toList(),
                record.changes().stream().map(Manifests::event).toList());
    }

    private static ArchiveManifest.Event event(VersionChange change) {
        return new ArchiveManifest.Event(change.time(), change.actor(), what(change), change.reason());
    }

    /** In words, as it is for people only. */
    private static String what(VersionChange change) {
        if (change.edit() instanceof Vote vote) {
            return vote.kind() + " as " + vote.role();
        }
        if (change.edit() instanceof GateVerdicts said) {
            var verdicts = new TreeMap<String, String>();
            said.verdicts()
                    .forEach(
                            (gate, verdict) -> verdicts.put(gate, verdict.kind().name()));
            return "GATES " + verdicts;
        }
        if (change.edit() instanceof LifecycleChange lifecycle) {
            return lifecycle.to().name();
        }
        return change.edit() instanceof Endorsement ? "SIGNED" : "ANNOTATED";
    }
}
