package io.mlops4j.card;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.MapSpec;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;

class CardTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);
    private static final ModelName RIDES = ModelName.of("rides");
    private static final String EVIL =
            "<script>alert(1)</script>|\n# head\n[x](javascript:alert(1)) ![i](http://evil.example/i) `` ` \u202Eabc \u0007 &amp; ]]> www.evil.example";

    private final ModelRegistry registry = StoreRegistry.open(new MemoryObjectStore(), CLOCK);

    private ModelVersion version(String text) {
        return version(registry, text);
    }

    private static ModelVersion version(ModelRegistry registry, String text) {
        ModelVersion parent = registry.register(Registration.of(RIDES)
                .file("model.onnx", Content.of(new byte[] {1}))
                .semVer(SemVer.of(1, 0, 0)));
        ModelVersion version = registry.register(Registration.of(RIDES)
                .file("model.onnx", Content.of(new byte[] {2}))
                .file("profile.bin", Content.of(new byte[] {3}))
                .signature(new Signature(
                        List.of(TensorSpec.of(text, ElementType.FLOAT32, Shape.DYNAMIC, 14)),
                        List.of(new SequenceSpec("s", new MapSpec("m", ElementType.INT64, ElementType.FLOAT32)))))
                .provenance(Provenance.of("9f31c2e")
                        .withRun("run-1")
                        .withParent(parent.id())
                        .withDataset(new DatasetRef("march", Digest.of(new byte[] {7}), 10))
                        .withDataset(new DatasetRef("march", Digest.of(new byte[] {7}), 10))
                        .withEnvironment(Map.of("os", text)))
                .metric("rmse", 2.1)
                .metric("nan", Double.NaN)
                .tag("note", text)
                .description(text)
                .by(text));
        registry.edit(version).approve("risk").because(text, text);
        registry.edit(version)
                .record(
                        "fair" + text.substring(0, 3),
                        Verdict.fail(text, Evidence.none().with("gap", 1)))
                .because("audit", "job");
        registry.move(RIDES.alias("champion")).to(version).because(text, text);
        registry.move(RIDES.alias("champion")).away().because("gone", "ana");
        return version;
    }

    @Test
    void markdown_tellsAll() {
        ModelVersion version = version("plain words");

        String card = ModelCard.of(registry.view(), version.id()).markdown();

        assertThat(card)
                .startsWith("# Model card: rides:2\n\n> plain words\n")
                .contains("| rmse | 2.1 |", "| nan | NaN |", "| run | run-1 |", "| derived from | rides:1 |")
                .contains("| input | plain words | FLOAT32", "| march | 10 | sha256:")
                .contains("| fairpla | FAIL | plain words | job |", "| risk | plain words | APPROVED |")
                .contains("| champion | SET to this | plain words |", "| champion | moved away | gone | ana |");
        assertThat(ModelCard.of(registry.view(), RIDES.version(1)).markdown()).contains("| led to | rides:2 |");
        assertThatThrownBy(() -> ModelCard.of(registry.view(), RIDES.version(9)))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void markdown_hostileText_bringsNoMarkup() {
        ModelVersion version = version(EVIL);

        String card = ModelCard.of(registry.view(), version.id()).markdown();

        assertThat(card).doesNotContain("<", "](", "![", "`", "\u202E", "\u0007", "://", "www.", "&amp;");
        assertThat(card.lines().filter(line -> line.startsWith("#"))).allMatch(line -> !line.contains("head"));
        assertThat(card.lines().filter(line -> line.startsWith("| note")))
                .singleElement()
                .satisfies(line ->
                        assertThat(line.chars().filter(c -> c == '|').count()).isEqualTo(3));
    }

    @Test
    void html_hostileText_isEscaped() {
        ModelVersion version = version(EVIL);

        String page = ModelCard.of(registry.view(), version.id()).html();

        assertThat(page)
                .startsWith("<!DOCTYPE html>")
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;")
                .doesNotContain("<script", "<img", "href", "src=", "\u202E", "\u0007");
    }

    @Test
    void bom_isValidCycloneDx16() throws ParseException, IOException {
        for (String text : List.of("plain words", EVIL)) {
            ModelRegistry registry = StoreRegistry.open(new MemoryObjectStore(), CLOCK);
            ModelVersion version = version(registry, text);
            byte[] json = BillOfMaterials.of(registry.view(), version.id()).json();

            var parser = new JsonParser();
            assertThat(parser.validate(json, Version.VERSION_16)).isEmpty();
            Bom bom = parser.parse(json);
            Component model = bom.getMetadata().getComponent();
            assertThat(model.getType()).isEqualTo(Component.Type.MACHINE_LEARNING_MODEL);
            assertThat(model.getName()).isEqualTo("rides");
            assertThat(model.getPedigree().getAncestors().getComponents())
                    .extracting(Component::getVersion)
                    .containsExactly("1.0.0");
            assertThat(model.getModelCard().getQuantitativeAnalysis().getPerformanceMetrics())
                    .hasSize(2);
            assertThat(bom.getComponents())
                    .extracting(Component::getType)
                    .containsExactly(
                            Component.Type.FILE, Component.Type.FILE, Component.Type.DATA, Component.Type.DATA);
            assertThat(bom.getComponents().get(0).getHashes().get(0).getValue())
                    .isEqualTo(Digest.of(new byte[] {2}).hex());
        }
    }

    @Test
    void bom_sameFacts_areTheSameBytes() {
        ModelVersion version = version("plain words");
        byte[] first = BillOfMaterials.of(registry.view(), version.id()).json();
        byte[] second = BillOfMaterials.of(registry.refresh(), version.id()).json();
        registry.edit(version).annotate(Annotation.none().tag("a", "b")).because("x", "ana");
        byte[] third = BillOfMaterials.of(registry.view(), version.id()).json();

        assertThat(second).isEqualTo(first);
        String serial = "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
        assertThat(new String(first, UTF_8))
                .containsPattern("\"serialNumber\":\"" + serial + "\"")
                .contains("\"timestamp\":\"2026-11-21T10:00:00Z\"", "\"version\":3}");
        assertThat(new String(third, UTF_8)).contains("\"version\":4}");
    }
}
