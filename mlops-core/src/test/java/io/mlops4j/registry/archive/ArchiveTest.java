package io.mlops4j.registry.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.gate.Verdict;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Provenance;
import io.mlops4j.model.SemVer;
import io.mlops4j.model.Shape;
import io.mlops4j.model.Signature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.registry.Annotation;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.signing.Curve;
import io.mlops4j.signing.SigningKey;
import io.mlops4j.signing.TrustedKeys;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC);
    private static final Clock LATER = Clock.fixed(Instant.parse("2026-03-01T00:00:00Z"), ZoneOffset.UTC);
    private static final ModelName RIDES = ModelName.of("rides");
    private static final SigningKey KEY = SigningKey.generate(Curve.P256);

    @TempDir
    private Path folder;

    private static StoreRegistry full(ObjectStore store) {
        StoreRegistry registry = StoreRegistry.open(store, CLOCK);
        ModelVersion v1 =
                registry.register(Registration.of(RIDES).file("model.onnx", Content.of("one".getBytes(UTF_8))));
        ModelVersion v2 = registry.register(Registration.of(RIDES)
                .file("model.onnx", Content.of(new byte[100_000]))
                .file("profile.bin", Content.of("one".getBytes(UTF_8)))
                .file("empty.txt", Content.of(new byte[0]))
                .signature(new Signature(
                        List.of(TensorSpec.of("x", ElementType.FLOAT32, Shape.DYNAMIC, 14)),
                        List.of(TensorSpec.of("label", ElementType.STRING))))
                .provenance(Provenance.of("9f31c2e")
                        .withDataset(new DatasetRef("rides-2005", Digest.of("data".getBytes(UTF_8)), 1461))
                        .withRun("run-1")
                        .withParent(v1.id())
                        .withEnvironment(Map.of("java.version", "17")))
                .metric("rmse", 2.1)
                .metric("nan", Double.NaN)
                .tag("trigger", "drift")
                .description("A model \u2013 with a dash")
                .semVer(SemVer.of(1, 2, 3))
                .by("pipeline"));
        registry.edit(v2)
                .annotate(Annotation.none().metric("rmse", 2.2).tag("region", "west"))
                .because("March", "ana");
        registry.edit(v2).approve("risk").because("slices are fine", "bob");
        registry.edit(v2)
                .record("regression", new Verdict.Pass("better", Evidence.none()))
                .because("nightly", "gate");
        registry.edit(v2).sign(KEY).because("release", "ci");
        registry.move(RIDES.alias("champion")).to(v2).because("better", "ana");
        return registry;
    }

    private static byte[] export(StoreRegistry registry) throws IOException {
        var out = new ByteArrayOutputStream();
        ArchiveExport.of(registry, RIDES).to(out);
        return out.toByteArray();
    }

    /** All of a version but the time of its registration. */
    private static List<Object> facts(StoreRegistry registry, ModelVersion version) {
        VersionRecord record = registry.view().record(version.id());
        return List.of(
                version.semVer(),
                version.files(),
                version.signature(),
                version.provenance(),
                record.metrics(),
                record.tags(),
                record.description(),
                record.signatures());
    }

    private static List<Object> facts(StoreRegistry registry) {
        List<Object> facts = new ArrayList<>();
        registry.versions(RIDES).forEach(version -> {
            facts.add(facts(registry, version));
            version.files().forEach(file -> facts.add(Digest.of(registry.bytes(version.id(), file.name(), 1 << 20))));
        });
        return facts;
    }

    @Test
    void export_thenImport_fromMemoryToFilesToMemory_isTheSame() throws IOException {
        StoreRegistry first = full(new MemoryObjectStore());
        Path one = folder.resolve("one.tar");
        Path two = folder.resolve("two.tar");
        ArchiveExport.of(first, RIDES).to(one);
        try (var files = FileObjectStore.open(folder.resolve("store"))) {
            StoreRegistry second = StoreRegistry.open(files, LATER);
            ImportReport report = ArchiveImport.into(second, files, "eve").from(one);
            assertThat(report.keptNumbers()).isTrue();
            assertThat(report.versions()).containsOnlyKeys(1, 2);
            assertThat(facts(second)).isEqualTo(facts(first));
            assertThat(second.view().record(RIDES.version(2)).approvals()).isEmpty();
            assertThat(second.view().record(RIDES.version(2)).registeredBy()).contains("eve");
            ArchiveExport.of(second, RIDES).to(two);
        }
        var memory = new MemoryObjectStore();
        StoreRegistry third = StoreRegistry.open(memory, CLOCK);
        ArchiveImport.into(third, memory, "eve").from(two);
        assertThat(facts(third)).isEqualTo(facts(first));
        assertThat(third.signatures(RIDES.version(2))
                        .get(0)
                        .verify(TrustedKeys.of(KEY.verificationKey()))
                        .files())
                .isEqualTo(third.version(RIDES.version(2)).digests());
    }

    @Test
    void export_sameContent_isTheSameBytes() throws IOException {
        var files = FileObjectStore.open(folder.resolve("store"));
        StoreRegistry registry = full(new MemoryObjectStore());
        byte[] archive = export(registry);
        assertThat(export(registry)).isEqualTo(archive);
        files.close();
        assertThat(archive.length % 512).isZero();
    }

    @Test
    void export_soundArchive_isWhatWasPutTogetherByHand() throws IOException {
        var store = new MemoryObjectStore();
        Clock epoch = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        StoreRegistry registry = StoreRegistry.open(store, epoch);
        registry.register(Registration.of(RIDES).file("model.onnx", Content.of(Archives.CONTENT)));
        assertThat(export(registry)).isEqualTo(Archives.sound());
    }

    @Test
    void export_tar_isReadByTheSystemsOwn() throws Exception {
        Path file = folder.resolve("one.tar");
        ArchiveExport.of(full(new MemoryObjectStore()), RIDES).to(file);
        Process tar;
        try {
            tar = new ProcessBuilder("tar", "-tf", file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("there is no tar on this machine");
            return;
        }
        try (InputStream out = tar.getInputStream()) {
            assertThat(new String(out.readAllBytes(), UTF_8).lines()).hasSize(4).contains("manifest.json");
        }
        assertThat(tar.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(tar.exitValue()).isZero();
    }

    @Test
    void from_sameArchiveTwice_changesNothing() throws IOException {
        Path file = Files.write(folder.resolve("one.tar"), export(full(new MemoryObjectStore())));
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        ImportReport first = ArchiveImport.into(registry, store, "eve").from(file);
        ImportReport second = ArchiveImport.into(registry, store, "eve").from(file);
        assertThat(second).isEqualTo(first);
        assertThat(registry.versions(RIDES)).hasSize(2);
        assertThat(registry.signatures(RIDES.version(2))).hasSize(1);
    }

    @Test
    void from_intoAModelWithVersions_mapsNumbersAndParents() throws IOException {
        Path file = Files.write(folder.resolve("one.tar"), export(full(new MemoryObjectStore())));
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        registry.register(Registration.of(RIDES).file("model.onnx", Content.of("here".getBytes(UTF_8))));
        ImportReport report = ArchiveImport.into(registry, store, "eve").from(file);
        assertThat(report.keptNumbers()).isFalse();
        assertThat(report.versions()).containsEntry(1, RIDES.version(2)).containsEntry(2, RIDES.version(3));
        assertThat(registry.version(RIDES.version(3)).provenance().parents()).containsExactly(RIDES.version(2));
    }

    @Test
    void from_parentOutside_isRefusedOrDroppedAsAsked() throws IOException {
        Path file = folder.resolve("two.tar");
        ArchiveExport.of(full(new MemoryObjectStore()), RIDES)
                .only(RIDES.version(2))
                .to(file);
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        assertThatThrownBy(() -> ArchiveImport.into(registry, store, "eve").from(file))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("rides:1");
        assertThat(registry.models()).isEmpty();
        ImportReport report = ArchiveImport.into(registry, store, "eve")
                .outsideParents(ArchiveImport.OutsideParents.DROP)
                .from(file);
        assertThat(report.droppedParents()).containsEntry(2, List.of(RIDES.version(1)));
        assertThat(report.versions()).containsEntry(2, RIDES.version(1));
        assertThat(registry.version(RIDES.version(1)).provenance().parents()).isEmpty();
    }

    @Test
    void from_semanticVersionTaken_registersNothing() throws IOException {
        Path file = Files.write(folder.resolve("one.tar"), export(full(new MemoryObjectStore())));
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        registry.register(Registration.of(RIDES)
                .file("model.onnx", Content.of("here".getBytes(UTF_8)))
                .semVer(SemVer.of(1, 2, 3)));
        assertThatThrownBy(() -> ArchiveImport.into(registry, store, "eve").from(file))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("1.2.3");
        assertThat(registry.versions(RIDES)).hasSize(1);
    }

    @Test
    void from_modelThatDiffersByCase_registersNothing() throws IOException {
        Path file = Files.write(folder.resolve("one.tar"), export(full(new MemoryObjectStore())));
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        registry.register(Registration.of(ModelName.of("Rides")).file("m", Content.of(new byte[1])));
        assertThatThrownBy(() -> ArchiveImport.into(registry, store, "eve").from(file))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(registry.models()).hasSize(1);
    }

    @Test
    void from_twoSemanticVersionsAlikeInTheArchive_registersNothing() throws IOException {
        String version = Archives.json(
                Archives.version(1, Archives.artifact("model.onnx", Archives.CONTENT)),
                Archives.version(2, Archives.artifact("model.onnx", Archives.CONTENT)));
        String twice = version.replace("\"number\":1", "\"semVer\":\"1.0.0\",\"number\":1")
                .replace("\"number\":2", "\"semVer\":\"1.0.0\",\"number\":2");
        Path file = Files.write(
                folder.resolve("in.tar"),
                new Archives()
                        .manifest(twice)
                        .entry(Archives.path(Archives.CONTENT), Archives.CONTENT)
                        .end());
        var store = new MemoryObjectStore();
        StoreRegistry registry = StoreRegistry.open(store, LATER);
        assertThatThrownBy(() -> ArchiveImport.into(registry, store, "eve").from(file))
                .isInstanceOf(RejectedInputException.class)
                .hasMessageContaining("1.0.0");
        assertThat(registry.models()).isEmpty();
    }

    @Test
    void to_fileThatIsThere_isRefusedAndLeftAlone() throws IOException {
        Path file = Files.writeString(folder.resolve("one.tar"), "mine");
        assertThatThrownBy(() ->
                        ArchiveExport.of(full(new MemoryObjectStore()), RIDES).to(file))
                .isInstanceOf(AlreadyExistsException.class);
        assertThat(file).hasContent("mine");
    }

    @Test
    void to_unknownModel_leavesNoFile() {
        Path file = folder.resolve("one.tar");
        StoreRegistry registry = StoreRegistry.open(new MemoryObjectStore(), CLOCK);
        assertThatThrownBy(() -> ArchiveExport.of(registry, RIDES).to(file)).isInstanceOf(NotFoundException.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void exportAndImport_report_progressToTheEnd() throws IOException {
        List<Long> exported = new ArrayList<>();
        List<Long> imported = new ArrayList<>();
        Path file = folder.resolve("one.tar");
        ArchiveExport.of(full(new MemoryObjectStore()), RIDES)
                .observedBy((done, total) -> exported.add(done * 100 / total))
                .to(file);
        var store = new MemoryObjectStore();
        ArchiveImport.into(StoreRegistry.open(store, CLOCK), store, "eve")
                .observedBy((done, total) -> imported.add(done * 100 / total))
                .from(file);
        assertThat(exported).isSorted().endsWith(100L);
        assertThat(imported).isSorted().endsWith(100L).hasSize(3);
    }

    @Test
    void header_sizesBeyondOctal_areReadByBase256() {
        byte[] small = TarHeader.of("f", (1L << 33) - 1);
        byte[] large = TarHeader.of("f", 1L << 33);
        assertThat(new String(small, 124, 11, UTF_8)).isEqualTo("77777777777");
        assertThat(Arrays.copyOfRange(large, 124, 136)).containsExactly(0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0);
        assertThat(TarHeader.size("f", small)).hasValue((1L << 33) - 1);
        assertThat(TarHeader.size("f", large)).isEmpty();
    }

    @Test
    void manifest_carriesWhatWasSaid_forPeople() throws IOException {
        byte[] archive = export(full(new MemoryObjectStore()));
        int size = Integer.parseInt(new String(archive, 124, 11, UTF_8), 8);
        ArchiveManifest manifest =
                Json.read("manifest", Arrays.copyOfRange(archive, 512, 512 + size), ArchiveManifest.class);
        assertThat(manifest.aliases()).containsEntry("champion", 2);
        assertThat(manifest.versions().get(1).history())
                .extracting(ArchiveManifest.Event::what)
                .containsExactly("ANNOTATED", "APPROVED as risk", "GATES {regression=PASS}", "SIGNED");
    }
}
