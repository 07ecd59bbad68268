package io.mlops4j.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.store.Content;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class LineageChartTest {
    private final ModelRegistry registry = StoreRegistry.open(new MemoryObjectStore(), Clock.systemUTC());

    private ModelVersion version(Provenance provenance) {
        return registry.register(Registration.of(ModelName.of("rides"))
                .file("model.onnx", Content.of(new byte[0]))
                .provenance(provenance));
    }

    @Test
    void charts_showVersionsRunsAndData() {
        var data = new DatasetRef("march", Digest.of(new byte[] {1}), 10);
        ModelVersion v1 = version(Provenance.unknown().withDataset(data));
        version(Provenance.unknown().withParent(v1.id()).withDataset(data).withRun("run-1"));

        Lineage lineage = registry.lineage(v1.id());

        assertThat(lineage.toMermaid()).isEqualTo("""
                flowchart LR
                  n0["rides:1"]:::current
                  n1["rides:2"]
                  n2[("march 4bf5122f3445")]
                  n3("run run-1")
                  n2 --> n0
                  n0 --> n1
                  n3 --> n1
                  n2 --> n1
                  classDef current stroke-width:3px
                """);
        assertThat(lineage.toDot()).contains("n0 [label=\"rides:1\", shape=box, style=bold];", "  n0 -> n1;\n");
    }

    @Test
    void charts_hostileNames_stayInTheirLabels() {
        String evil = "\"]; click n0 href \"javascript:alert(1)\" \\ \n<b>#quot;";
        ModelVersion v1 = version(Provenance.unknown().withRun(evil));

        Lineage lineage = registry.lineage(v1.id());

        assertThat(lineage.toMermaid().lines()).hasSize(5);
        assertThat(lineage.toMermaid()).doesNotContain("\"]; click", "<b>", "#quot;");
        assertThat(lineage.toDot().lines()).hasSize(6);
        assertThat(lineage.toDot()).contains("\\\"]; click", "\\\\ \\\\u000a<b>");
    }
}
