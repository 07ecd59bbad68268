package io.mlops4j.registry;

import io.mlops4j.internal.json.StoredSignature;
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
 * key and who registered it.
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
        String description,
        Optional<String> actor) {

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
                wish.description(),
                wish.actor());
    }

    VersionId id() {
        return new VersionId(model, number);
    }

    ModelVersion toVersion(Instant registeredAt) {
        return new ModelVersion(
                id(),
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
