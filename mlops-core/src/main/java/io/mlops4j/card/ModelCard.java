package io.mlops4j.card;

import io.mlops4j.NotFoundException;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.OptionalSpec;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.model.VersionId;
import io.mlops4j.registry.AliasMove;
import io.mlops4j.registry.RegistryView;
import io.mlops4j.registry.VersionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What people should know of a version before they use it: what it is for, how good it is, where it comes from, what it
 * takes and gives, who approved it, and where it served. After Mitchell et al., "Model Cards for Model Reporting", FAT*
 * 2019, as far as a registry knows.
 *
 * <pre>{@code
 * String page = ModelCard.of(registry.view(), v1.id()).html();
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ModelCard {
    private final String title;
    private final String description;
    private final List<Section> sections;

    private ModelCard(String title, String description, List<Section> sections) {
        this.title = title;
        this.description = description;
        this.sections = List.copyOf(sections);
    }

    /** A heading and a table; the first row names the columns. */
    record Section(String title, List<List<String>> rows) {}

    /**
     * Collects what a registry knows of a version.
     *
     * @param view the registry
     * @param id the version
     * @return the card
     * @throws NotFoundException if there is no such version
     */
    public static ModelCard of(RegistryView view, VersionId id) {
        VersionRecord record = view.record(id);
        List<Section> all = new ArrayList<>();
        all.add(overview(record));
        all.add(section(
                "Metrics", List.of("metric", "value"), pairs(record.metrics().entrySet())));
        record.version().signature().ifPresent(signature -> all.add(signature(signature)));
        all.add(provenance(view, record.version()));
        all.add(datasets(record.version().provenance()));
        all.add(section(
                "Environment",
                List.of("key", "value"),
                pairs(record.version().provenance().environment().entrySet())));
        all.add(section("Tags", List.of("tag", "value"), pairs(record.tags().entrySet())));
        all.add(verdicts(record));
        all.add(approvals(record));
        all.add(signatures(record));
        all.add(aliases(view, id));
        all.add(files(record.version()));
        all.removeIf(section -> section.rows().size() < 2);
        return new ModelCard("Model card: " + id, record.description(), all);
    }

    private static Section section(String title, List<String> columns, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(List.of(columns));
        all.addAll(rows);
        return new Section(title, all);
    }

    private static <V> List<List<String>> pairs(Iterable<Map.Entry<String, V>> entries) {
        List<List<String>> rows = new ArrayList<>();
        entries.forEach(entry -> rows.add(List.of(entry.getKey(), String.valueOf(entry.getValue()))));
        return rows;
    }

    private static Section overview(VersionRecord record) {
        ModelVersion version = record.version();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("version", version.id().toString()));
        version.semVer().ifPresent(semVer -> rows.add(List.of("semantic version", semVer.toString())));
        rows.add(List.of("state", record.lifecycle().toString()));
        rows.add(List.of("registered", version.registeredAt().toString()));
        record.registeredBy().ifPresent(actor -> rows.add(List.of("registered by", actor)));
        rows.add(List.of("digest of the manifest", version.digest().toString()));
        return section("Overview", List.of("", ""), rows);
    }

    private static Section signature(Signature signature) {
        List<List<String>> rows = new ArrayList<>();
        signature.inputs().forEach(spec -> rows.add(List.of("input", spec.name(), type(spec))));
        signature.outputs().forEach(spec -> rows.add(List.of("output", spec.name(), type(spec))));
        return section("Inputs and outputs", List.of("", "name", "type"), rows);
    }

    static String type(ValueSpec spec) {
        if (spec instanceof TensorSpec tensor) {
            return tensor.type() + " " + tensor.shape();
        }
        if (spec instanceof MapSpec map) {
            return "map of " + map.key() + " to " + map.value();
        }
        if (spec instanceof OptionalSpec optional) {
            return "optional " + type(optional.element());
        }
        return "sequence of " + type(((SequenceSpec) spec).element());
    }

    private static Section provenance(RegistryView view, ModelVersion version) {
        Provenance provenance = version.provenance();
        List<List<String>> rows = new ArrayList<>();
        if (!provenance.codeCommit().isEmpty()) {
            rows.add(List.of("code commit", provenance.codeCommit()));
        }
        provenance.run().ifPresent(run -> rows.add(List.of("run", run)));
        provenance.parents().forEach(parent -> rows.add(List.of("derived from", parent.toString())));
        view.lineage(version.id())
                .node(version.id())
                .children()
                .forEach(child -> rows.add(List.of("led to", child.toString())));
        return section("Provenance", List.of("", ""), rows);
    }

    private static Section datasets(Provenance provenance) {
        return section(
                "Data",
                List.of("dataset", "rows", "digest"),
                provenance.datasets().stream()
                        .map(data -> List.of(
                                data.name(),
                                String.valueOf(data.rows()),
                                data.digest().toString()))
                        .toList());
    }

    private static Section verdicts(VersionRecord record) {
        return section(
                "Gates",
                List.of("gate", "verdict", "reason", "recorded by", "at"),
                record.verdicts().values().stream()
                        .map(said -> List.of(
                                said.gate(),
                                said.verdict().kind().toString(),
                                said.verdict().reason(),
                                said.actor(),
                                said.time().toString()))
                        .toList());
    }

    private static Section approvals(VersionRecord record) {
        return section(
                "Approvals",
                List.of("role", "who", "said", "reason", "at"),
                record.approvals().stream()
                        .map(said -> List.of(
                                said.role(),
                                said.actor(),
                                said.kind().toString(),
                                said.reason(),
                                said.time().toString()))
                        .toList());
    }

    /** Nobody's keys are known here, so nothing is verified. */
    private static Section signatures(VersionRecord record) {
        return section(
                "Signatures, not verified",
                List.of("key that it names"),
                record.signatures().stream()
                        .map(signed -> List.of(signed.bundle()
                                .claimedKey()
                                .map(Object::toString)
                                .orElse("none")))
                        .toList());
    }

    private static Section aliases(RegistryView view, VersionId id) {
        List<List<String>> rows = new ArrayList<>();
        for (String name : view.aliasNames(id.model())) {
            for (AliasMove move : view.history(id.model().alias(name))) {
                if (move.to().equals(Optional.of(id)) || move.from().equals(Optional.of(id))) {
                    String what = move.to().equals(Optional.of(id)) ? move.kind() + " to this" : "moved away";
                    rows.add(List.of(
                            name, what, move.reason(), move.actor(), move.time().toString()));
                }
            }
        }
        return section("Aliases", List.of("alias", "what", "reason", "by", "at"), rows);
    }

    private static Section files(ModelVersion version) {
        return section(
                "Files",
                List.of("file", "bytes", "digest"),
                version.files().stream()
                        .map(file -> List.of(
                                file.name(),
                                String.valueOf(file.size()),
                                file.digest().toString()))
                        .toList());
    }

    /**
     * The card in Markdown, with tables as GitHub reads them.
     *
     * @return text; what came from outside can neither break a table nor bring markup or links with it
     */
    public String markdown() {
        return new MarkdownCard(title, description, sections).text();
    }

    /**
     * The card as one HTML page that needs nothing else: no script, no image, no style from elsewhere.
     *
     * @return a page in UTF-8; what came from outside is escaped
     */
    public String html() {
        return new HtmlCard(title, description, sections).text();
    }
}
