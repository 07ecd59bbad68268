package io.mlops4j.registry.archive;

import io.mlops4j.internal.json.StoredSignature;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes down what a registry knows of some versions. */
final class Manifests {
    private Manifests() {}

    /** The versions whose files are kept. */
    static List<ModelVersion> kept(ModelRegistry registry, ModelName model) {
        return registry.versions(model);
    }

    static ArchiveManifest of(ModelRegistry registry, ModelName model, List<ModelVersion> versions) {
        Set<VersionId> exported = versions.stream().map(ModelVersion::id).collect(Collectors.toSet());
        var aliases = new TreeMap<String, Integer>();
        registry.refresh().aliases(model).forEach((alias, id) -> {
            if (exported.contains(id)) {
                aliases.put(alias, id.number());
            }
        });
        return new ArchiveManifest(
                ArchiveManifest.FORMAT,
                ArchiveManifest.SCHEMA,
                model,
                versions.stream().map(version -> describe(registry, version)).toList(),
                aliases);
    }

    private static ArchiveManifest.Version describe(ModelRegistry registry, ModelVersion version) {
        return new ArchiveManifest.Version(
                version.id().number(),
                version.semVer(),
                version.files(),
                version.signature().map(StoredSignature::of),
                version.provenance(),
                version.metrics(),
                version.tags(),
                version.description(),
                version.registeredAt(),
                List.of(),
                List.of());
    }
}
