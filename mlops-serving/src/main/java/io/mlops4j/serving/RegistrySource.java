package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedModelException;
import io.mlops4j.model.Alias;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Subscription;
import io.mlops4j.registry.VersionQuery;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Serves what a {@link ModelRegistry} holds: an alias is resolved on its newest state, and a version's files are read
 * once, each checked against the digest that it was registered with.
 *
 * <p>Thread-safe.
 */
final class RegistrySource implements ModelSource {
    /** The largest file of a version that is loaded into memory, in bytes: what a Java array can hold. */
    private static final int MAX_FILE = Integer.MAX_VALUE - Long.BYTES;

    private final ModelRegistry registry;

    RegistrySource(ModelRegistry registry) {
        this.registry = requireNonNull(registry, "registry");
    }

    @Override
    public VersionId resolve(Alias alias) {
        return registry.resolve(alias).id();
    }

    /** A version that was put away is not the newest: no alias may be moved to it either. */
    @Override
    public VersionId latest(ModelName model) {
        return registry.find(VersionQuery.of(model).limit(VersionQuery.MAX_LIMIT)).stream()
                .map(record -> record.version().id())
                .max(Comparator.naturalOrder())
                .orElseThrow(() -> new NotFoundException("Model " + model + " has no version in use"));
    }

    @Override
    public Subscription onMove(Consumer<Alias> listener) {
        return registry.onMove(move -> listener.accept(move.alias()));
    }

    @Override
    public VerifiedModel open(VersionId id) {
        ModelVersion version = registry.version(id);
        Artifact model = version.modelFile();
        try {
            Map<String, byte[]> companions = new TreeMap<>();
            for (Artifact file : version.files()) {
                if (!file.equals(model)) {
                    companions.put(file.name(), registry.bytes(id, file.name(), MAX_FILE));
                }
            }
            byte[] bytes = registry.bytes(id, model.name(), MAX_FILE);
            return VerifiedModel.verify(id.toString(), model.name(), bytes, model.digest(), companions)
                    .withSignatures(registry.signatures(id));
        } catch (CorruptionException e) {
            throw new RejectedModelException("Cannot load model " + id + ": a file of it is corrupt", e);
        }
    }
}
