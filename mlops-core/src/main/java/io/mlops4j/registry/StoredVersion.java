package io.mlops4j.registry;

import io.mlops4j.model.Artifact;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A {@link ModelVersion} as it is written down, all but the time, which is that of its commit, and with the idempotency
 * key.
 */
record StoredVersion(
        ModelName model,
        int number,
        Optional<String> key,
        Optional<SemVer> semVer,
        List<Artifact> files,
        Optional<StoredSignature> signature,
        Provenance provenance,
        SortedMap<String, Double> metrics,
        SortedMap<String, String> tags,
        String description) {

    static StoredVersion of(Registration wish, List<Artifact> files, int number) {
        return new StoredVersion(
                wish.model(),
                number,
                wish.idempotencyKey(),
                wish.semVer(),
                files,
                wish.signature().map(StoredSignature::of),
                wish.provenance(),
                wish.metrics(),
                wish.tags(),
                wish.description());
    }

    static StoredVersion of(ModelVersion version, Optional<String> key) {
        return new StoredVersion(
                version.id().model(),
                version.id().number(),
                key,
                version.semVer(),
                version.files(),
                version.signature().map(StoredSignature::of),
                version.provenance(),
                version.metrics(),
                version.tags(),
                version.description());
    }

    ModelVersion toVersion(Instant registeredAt) {
        return new ModelVersion(
                new VersionId(model, number),
                semVer,
                files,
                signature.map(StoredSignature::toSignature),
                provenance,
                metrics,
                tags,
                description,
                registeredAt);
    }
}
