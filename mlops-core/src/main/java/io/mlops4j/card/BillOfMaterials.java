package io.mlops4j.card;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.NotFoundException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.VersionRecord;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a version is made of, for tools: a CycloneDX 1.6 ML-BOM. The version is a component of type
 * {@code machine-learning-model} with a model card; its files are components with their SHA-256, its datasets are
 * components of type {@code data}, its parents stand in its pedigree, and the rest of its provenance in properties
 * whose names begin with {@code mlops4j:}. See the
 * <a href="https://cyclonedx.org/docs/1.6/json/">reference of CycloneDX 1.6</a>.
 *
 * <p>It is the same bytes whenever it is made of the same facts: the serial number is made of the version's id and
 * digest, the time is that of the registration, and its own version counts what was said of the version since.
 *
 * <p>Immutable.
 */
public final class BillOfMaterials {
    private static final String MODEL_TYPE = "machine-learning-model";

    private final RegistryView view;
    private final VersionRecord record;
    private final ModelVersion version;

    private BillOfMaterials(RegistryView view, VersionRecord record) {
        this.view = view;
        this.record = record;
        this.version = record.version();
    }

    /**
     * Collects what a registry knows of a version.
     *
     * @param view the registry
     * @param id the version
     * @return the bill
     * @throws NotFoundException if there is no such version
     */
    public static BillOfMaterials of(RegistryView view, VersionId id) {
        return new BillOfMaterials(view, view.record(id));
    }

    /**
     * The bill as CycloneDX JSON.
     *
     * @return UTF-8
     */
    public byte[] json() {
        List<Map<String, Object>> data = data();
        List<Map<String, Object>> files = files();
        List<Map<String, Object>> all = new ArrayList<>(files);
        all.addAll(data);
        SortedMap<String, Object> bom = new TreeMap<>();
        bom.put("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        bom.put("bomFormat", "CycloneDX");
        bom.put("specVersion", "1.6");
        bom.put("serialNumber", "urn:uuid:" + serialNumber());
        bom.put("version", 1 + record.changes().size());
        bom.put("metadata", Map.of("timestamp", version.registeredAt().toString(), "component", model(refs(data))));
        bom.put("components", all);
        bom.put("dependencies", List.of(Map.of("ref", ref(), "dependsOn", refs(all))));
        return Json.write(bom);
    }

    /** A UUID of version 8 (RFC 9562, 5.8): bits of our own choice, here of a SHA-256. */
    private String serialNumber() {
        byte[] bits = HexFormat.of()
                .parseHex(Digest.of((version.id() + "\n" + version.digest()).getBytes(UTF_8))
                        .hex()
                        .substring(0, 32));
        bits[6] = (byte) ((bits[6] & 0x0f) | 0x80);
        bits[8] = (byte) ((bits[8] & 0x3f) | 0x80);
        return HexFormat.of().formatHex(bits).replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private String ref() {
        return "version:" + version.id();
    }

    private static List<Object> refs(List<Map<String, Object>> components) {
        return components.stream().map(component -> component.get("bom-ref")).toList();
    }

    private Map<String, Object> model(List<Object> datasets) {
        Map<String, Object> model = identity(version);
        model.put("bom-ref", ref());
        if (!record.description().isEmpty()) {
            model.put("description", record.description());
        }
        model.put("modelCard", card(datasets));
        List<Object> ancestors = new ArrayList<>();
        version.provenance().parents().forEach(parent -> view.tryVersion(parent)
                .ifPresent(found -> ancestors.add(identity(found))));
        if (!ancestors.isEmpty()) {
            model.put("pedigree", Map.of("ancestors", ancestors));
        }
        model.put("properties", properties());
        return model;
    }

    private static Map<String, Object> identity(ModelVersion version) {
        SortedMap<String, Object> model = new TreeMap<>();
        model.put("type", MODEL_TYPE);
        model.put("name", version.id().model().value());
        model.put(
                "version",
                version.semVer()
                        .map(Object::toString)
                        .orElse(String.valueOf(version.id().number())));
        if (version.files().size() == 1) {
            model.put("hashes", hashes(version.files().get(0).digest()));
        }
        return model;
    }

    private static List<Object> hashes(Digest digest) {
        return List.of(Map.of("alg", "SHA-256", "content", digest.hex()));
    }

    private Map<String, Object> card(List<Object> datasets) {
        SortedMap<String, Object> parameters = new TreeMap<>();
        parameters.put(
                "datasets", datasets.stream().map(ref -> Map.of("ref", ref)).toList());
        version.signature().ifPresent(signature -> {
            parameters.put("inputs", formats(signature.inputs()));
            parameters.put("outputs", formats(signature.outputs()));
        });
        List<Object> metrics = new ArrayList<>();
        record.metrics().forEach((name, value) -> metrics.add(Map.of("type", name, "value", String.valueOf(value))));
        return Map.of("modelParameters", parameters, "quantitativeAnalysis", Map.of("performanceMetrics", metrics));
    }

    private static List<Object> formats(List<ValueSpec> specs) {
        return specs.stream()
                .<Object>map(spec -> Map.of("format", spec.name() + ": " + ModelCard.type(spec)))
                .toList();
    }

    private List<Map<String, Object>> files() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Artifact file : version.files()) {
            SortedMap<String, Object> component = new TreeMap<>();
            component.put("type", "file");
            component.put("bom-ref", "file:" + file.name());
            component.put("name", file.name());
            component.put("hashes", hashes(file.digest()));
            component.put("properties", List.of(property("bytes", String.valueOf(file.size()))));
            all.add(component);
        }
        return all;
    }

    private List<Map<String, Object>> data() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (DatasetRef dataset : version.provenance().datasets()) {
            SortedMap<String, Object> component = new TreeMap<>();
            component.put("type", "data");
            // Counted, as nothing keeps a version from naming a dataset twice, and references must be unique.
            component.put("bom-ref", "data:" + all.size() + ":" + dataset.name());
            component.put("name", dataset.name());
            component.put("hashes", hashes(dataset.digest()));
            component.put("data", List.of(Map.of("type", "dataset", "name", dataset.name())));
            component.put("properties", List.of(property("rows", String.valueOf(dataset.rows()))));
            all.add(component);
        }
        return all;
    }

    private List<Object> properties() {
        List<Object> all = new ArrayList<>();
        all.add(property("version", version.id().toString()));
        all.add(property("manifest-digest", version.digest().toString()));
        all.add(property("lifecycle", record.lifecycle().toString()));
        add(all, "code-commit", Optional.of(version.provenance().codeCommit()).filter(commit -> !commit.isEmpty()));
        add(all, "run", version.provenance().run());
        add(all, "registered-by", record.registeredBy());
        version.provenance().environment().forEach((key, value) -> all.add(property("environment:" + key, value)));
        record.tags().forEach((key, value) -> all.add(property("tag:" + key, value)));
        record.verdicts()
                .forEach((gate, said) ->
                        all.add(property("gate:" + gate, said.verdict().kind().toString())));
        record.approvals()
                .forEach(said -> all.add(property("approval:" + said.role(), said.kind() + " by " + said.actor())));
        return all;
    }

    private static void add(List<Object> properties, String name, Optional<String> value) {
        value.ifPresent(there -> properties.add(property(name, there)));
    }

    private static Map<String, Object> property(String name, String value) {
        return Map.of("name", "mlops4j:" + name, "value", value);
    }
}
