package io.mlops4j.registry;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.VersionId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides on a state what a wish becomes: an event to append, nothing as it is so already, or a refusal. Without side
 * effects, as a decision is asked again when another writer was first. {@link MoveRules} and {@link EditRules} decide on
 * the other wishes.
 */
final class RegistryRules {
    private RegistryRules() {}

    static Optional<byte[]> register(RegistryState state, Registration wish, List<Artifact> files) {
        ModelName name = wish.model();
        ModelState model = state.model(name);
        if (isRepeat(model, wish, files)) {
            return Optional.empty();
        }
        requireNoTwin(state, name, "register model");
        wish.semVer().ifPresent(semVer -> requireFree(model, semVer));
        for (VersionId parent : wish.provenance().parents()) {
            if (state.model(parent.model()).entry(parent.number()).isEmpty()) {
                throw new NotFoundException(
                        "Cannot register a version of model " + name + ": its parent " + parent + " does not exist");
            }
        }
        return event(state, RegistryEvent.Registered.of(StoredVersion.of(wish, files, model.count() + 1)));
    }

    private static boolean isRepeat(ModelState model, Registration wish, List<Artifact> files) {
        Optional<ModelVersion> first = wish.idempotencyKey().flatMap(model::registered);
        if (first.isPresent() && !first.get().files().equals(files)) {
            throw new AlreadyExistsException("Cannot register a version of model " + model.name()
                    + " with idempotency key " + wish.idempotencyKey().orElseThrow() + ": version "
                    + first.get() + " was registered with it, and has other files");
        }
        return first.isPresent();
    }

    static void requireNoTwin(RegistryState state, ModelName name, String act) {
        state.caseTwin(name).ifPresent(twin -> {
            throw new AlreadyExistsException("Cannot " + act + " " + name + ": there is a model " + twin
                    + ", and names that differ only by case are one on some disks");
        });
    }

    private static void requireFree(ModelState model, SemVer semVer) {
        model.holder(semVer).ifPresent(holder -> {
            throw new AlreadyExistsException("Cannot register semantic version " + semVer + " of model " + model.name()
                    + ": version " + holder + " has it");
        });
    }

    /**
     * Writes an event, and reads it back onto the state: what could not be read must never get into the log, as nothing
     * ever gets out of it.
     */
    static Optional<byte[]> event(RegistryState state, RegistryEvent event) {
        byte[] bytes = Json.write(event);
        try {
            RegistryFold.apply("the new event", state, bytes, Long.MAX_VALUE, Instant.EPOCH);
        } catch (CorruptionException e) {
            throw new IllegalArgumentException("Cannot write this down so that it could be read again", e);
        }
        return Optional.of(bytes);
    }
}
