package io.mlops4j.registry;

import static java.util.Objects.requireNonNull;

import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.Labels;
import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.Signature;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to register as a new version: a model and at least one file are required, all else is optional.
 *
 * <pre>{@code
 * registry.register(Registration.of(rides)
 *         .file("model.onnx", Content.of(bytes))
 *         .file("profile.bin", profile)
 *         .provenance(Provenance.of(commit).withRun(run.id()).withParent(champion.id()))
 *         .metric("rmse", 2.1)
 *         .idempotencyKey("trigger-17"));
 * }</pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class Registration {
    /** The longest value of a tag, in characters. */
    public static final int MAX_TAG = 8000;

    /** The longest description, in characters. */
    public static final int MAX_DESCRIPTION = 10_000;

    /** The most files, the most metrics and the most tags of one version. */
    public static final int MAX_ENTRIES = 1000;

    private final ModelName model;
    private final SortedMap<String, Content> files = new TreeMap<>();
    private final SortedMap<String, Double> metrics = new TreeMap<>();
    private final SortedMap<String, String> tags = new TreeMap<>();
    private Optional<SemVer> semVer = Optional.empty();
    private Optional<Signature> signature = Optional.empty();
    private Optional<String> idempotencyKey = Optional.empty();
    private Optional<String> actor = Optional.empty();
    private Provenance provenance = Provenance.unknown();
    private String description = "";

    private Registration(ModelName model) {
        this.model = model;
    }

    /**
     * Begins a registration.
     *
     * @param model the model, which comes into being with its first version
     * @return a registration without files
     */
    public static Registration of(ModelName model) {
        return new Registration(requireNonNull(model, "model"));
    }

    /**
     * Adds a file.
     *
     * @param name its name in the version, in the grammar of artifact names
     * @param content its bytes; read while it is registered
     * @return this
     * @throws IllegalArgumentException if the name breaks the grammar, or is taken, be it in another case
     */
    public Registration file(String name, Content content) {
        Names.check("artifact name", requireNonNull(name, "name"));
        requireNonNull(content, "content");
        for (String other : files.keySet()) {
            if (other.equalsIgnoreCase(name)) {
                throw new IllegalArgumentException("Invalid artifact name " + name + " of a version of model " + model
                        + ": it has a file " + other + " already");
            }
        }
        requireRoom("files", files, name);
        files.put(name, content);
        return this;
    }

    /**
     * Adds a file from disk: {@code *.onnx} as {@link ModelVersion#MODEL_FILE}, any other under its own name.
     *
     * @param file a regular file; read while it is registered
     * @return this
     * @throws IllegalArgumentException if its name breaks the grammar, or is taken
     * @throws NotFoundException if there is no such file, or it is something other than a regular file
     * @throws StorageException if it could not be examined
     */
    public Registration file(Path file) {
        String own = String.valueOf(requireNonNull(file, "file").getFileName());
        try {
            return file(own.endsWith(".onnx") ? ModelVersion.MODEL_FILE : own, Content.of(file));
        } catch (NoSuchFileException e) {
            throw new NotFoundException(failed(file) + ": there is no such regular file", e);
        } catch (IOException e) {
            throw new StorageException(failed(file) + ": it cannot be examined", e);
        }
    }

    private String failed(Path file) {
        return "Cannot register " + Text.quote(file.toString()) + " as a version of model " + model;
    }

    /**
     * Says what the model takes and gives.
     *
     * @param value inputs and outputs
     * @return this
     */
    public Registration signature(Signature value) {
        signature = Optional.of(value);
        return this;
    }

    /**
     * Says where the model came from; {@link Provenance#unknown()} unless told.
     *
     * @param value code, data, run, parents, environment
     * @return this
     */
    public Registration provenance(Provenance value) {
        Labels.text("code commit", value.codeCommit(), Labels.MAX_KEY);
        value.environment().forEach((key, text) -> {
            Labels.key("environment key", key);
            Labels.text("environment value of " + key, text, MAX_TAG);
        });
        provenance = value;
        return this;
    }

    /**
     * Adds or replaces a metric.
     *
     * @param name such as {@code rmse}; in the grammar of keys
     * @param value may be NaN or infinite
     * @return this
     * @throws IllegalArgumentException if the name breaks the grammar
     */
    public Registration metric(String name, double value) {
        requireRoom("metrics", metrics, Labels.key("metric name", name));
        metrics.put(name, value);
        return this;
    }

    /**
     * Adds or replaces metrics.
     *
     * @param values by name; copied
     * @return this
     * @throws IllegalArgumentException if a name breaks the grammar
     */
    public Registration metrics(Map<String, Double> values) {
        values.forEach(this::metric);
        return this;
    }

    /**
     * Adds or replaces a tag.
     *
     * @param key in the grammar of keys
     * @param value at most {@value #MAX_TAG} characters
     * @return this
     * @throws IllegalArgumentException if the key breaks the grammar or the value is too long
     */
    public Registration tag(String key, String value) {
        requireRoom("tags", tags, Labels.key("tag key", key));
        tags.put(key, Labels.text("value of tag " + key, value, MAX_TAG));
        return this;
    }

    /**
     * Describes the version.
     *
     * @param text at most {@value #MAX_DESCRIPTION} characters
     * @return this
     * @throws IllegalArgumentException if it is too long
     */
    public Registration description(String text) {
        description = Labels.text("description", text, MAX_DESCRIPTION);
        return this;
    }

    /**
     * Gives the version a semantic version, which no other version of the model may have.
     *
     * @param value the semantic version
     * @return this
     */
    public Registration semVer(SemVer value) {
        semVer = Optional.of(value);
        return this;
    }

    /**
     * Makes the registration happen once: see {@link ModelRegistry#register(Registration)}.
     *
     * @param key names what caused the registration, such as {@code trigger-17}; unique for the model; in the grammar of
     *     keys
     * @return this
     * @throws IllegalArgumentException if it breaks the grammar
     */
    public Registration idempotencyKey(String key) {
        idempotencyKey = Optional.of(Labels.key("idempotency key", key));
        return this;
    }

    /**
     * Says who or what registers the version: a policy may ask that somebody else approves it.
     *
     * @param name not blank, at most {@value MoveRequest#MAX_ACTOR} characters
     * @return this
     * @throws IllegalArgumentException if it is blank or too long
     */
    public Registration by(String name) {
        actor = Optional.of(Labels.said("actor", requireNonNull(name, "name"), MoveRequest.MAX_ACTOR));
        return this;
    }

    private static void requireRoom(String what, Map<String, ?> map, String key) {
        if (map.size() >= MAX_ENTRIES && !map.containsKey(key)) {
            throw new IllegalArgumentException(
                    "Cannot add " + key + ": a version has at most " + MAX_ENTRIES + " " + what);
        }
    }

    /**
     * The model.
     *
     * @return its name
     */
    public ModelName model() {
        return model;
    }

    /**
     * The files.
     *
     * @return content by name; a read-only view, as are the other collections
     */
    public SortedMap<String, Content> files() {
        return Collections.unmodifiableSortedMap(files);
    }

    /**
     * The metrics.
     *
     * @return values by name
     */
    public SortedMap<String, Double> metrics() {
        return Collections.unmodifiableSortedMap(metrics);
    }

    /**
     * The tags.
     *
     * @return values by key
     */
    public SortedMap<String, String> tags() {
        return Collections.unmodifiableSortedMap(tags);
    }

    /**
     * The semantic version.
     *
     * @return empty unless given
     */
    public Optional<SemVer> semVer() {
        return semVer;
    }

    /**
     * The signature.
     *
     * @return empty unless given
     */
    public Optional<Signature> signature() {
        return signature;
    }

    /**
     * The idempotency key.
     *
     * @return empty unless given
     */
    public Optional<String> idempotencyKey() {
        return idempotencyKey;
    }

    /**
     * The provenance.
     *
     * @return unknown unless given
     */
    public Provenance provenance() {
        return provenance;
    }

    /**
     * The description.
     *
     * @return empty unless given
     */
    public String description() {
        return description;
    }

    /**
     * Who registers it.
     *
     * @return empty unless said
     */
    public Optional<String> actor() {
        return actor;
    }
}
