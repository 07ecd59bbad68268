package io.mlops4j.registry.archive;

import static io.mlops4j.registry.archive.Archives.CONTENT;
import static io.mlops4j.registry.archive.Archives.SECOND;
import static io.mlops4j.registry.archive.Archives.artifact;
import static io.mlops4j.registry.archive.Archives.file;
import static io.mlops4j.registry.archive.Archives.header;
import static io.mlops4j.registry.archive.Archives.json;
import static io.mlops4j.registry.archive.Archives.octal;
import static io.mlops4j.registry.archive.Archives.one;
import static io.mlops4j.registry.archive.Archives.path;
import static io.mlops4j.registry.archive.Archives.sound;
import static io.mlops4j.registry.archive.Archives.version;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.MemoryObjectStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a stranger may hand us as an archive: each is refused, quickly, and nothing is registered. */
class HostileArchiveTest {
    private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private static final Duration QUICK = Duration.ofMillis(100);

    @TempDir
    private Path folder;

    private Path outside() {
        return folder.resolve("outside");
    }

    /** The first use of anything is slow; what is measured is the refusal. */
    @BeforeAll
    static void warm(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("sound.tar"), sound());
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            ArchiveImport.into(StoreRegistry.open(store, CLOCK), store, "ana").from(file);
        }
    }

    private void refuses(byte[] archive, String why) throws IOException {
        Path file = Files.write(folder.resolve("in.tar"), archive);
        Files.createDirectories(outside());
        List<Path> before = tree();
        Path root = folder.resolve("store");
        try (var store = FileObjectStore.open(root)) {
            StoreRegistry registry = StoreRegistry.open(store, CLOCK);
            ArchiveImport in = ArchiveImport.into(registry, store, "ana");
            assertThat(refusal(in, file, why)).isLessThan(QUICK);
            assertThat(registry.models()).isEmpty();
        }
        assertThat(tree()).isEqualTo(before);
        if (Files.exists(root.resolve("logs"))) {
            try (var logs = Files.walk(root.resolve("logs"))) {
                assertThat(logs.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }

    /** How long a refusal takes: the quickest of a few, as the machine has other things to do. */
    private static Duration refusal(ArchiveImport in, Path file, String why) {
        Duration quickest = Duration.ofDays(1);
        for (int i = 0; i < 5 && quickest.compareTo(QUICK) >= 0; i++) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> in.from(file))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining(why);
            quickest = Duration.ofNanos(Math.min(quickest.toNanos(), System.nanoTime() - start));
        }
        return quickest;
    }

    /** Everything but the store. */
    private List<Path> tree() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(path -> !path.startsWith(folder.resolve("store")))
                    .sorted()
                    .toList();
        }
    }

    static Stream<Arguments> archives() {
        byte[] good = sound();
        int blobAt = 512 + (one().length() + 511) / 512 * 512;
        byte[] empty = new byte[0];
        String header = "is something else than the header of blob";
        return Stream.of(
                Arguments.of("nothing", "expected more", empty),
                Arguments.of("zeros", "does not begin", new byte[2048]),
                Arguments.of("a zip", "does not begin", zip()),
                Arguments.of(
                        "no manifest",
                        "does not begin",
                        new Archives().entry(path(CONTENT), CONTENT).end()),
                Arguments.of(
                        "manifest under another name",
                        "does not begin",
                        new Archives()
                                .entry("./manifest.json", one().getBytes(UTF_8))
                                .entry(path(CONTENT), CONTENT)
                                .end()),
                Arguments.of(
                        "manifest is a link",
                        "does not begin",
                        around(header("manifest.json", octal(0), '2', "/etc/passwd", ""), empty, CONTENT)),
                Arguments.of(
                        "manifest with a prefix",
                        "does not begin",
                        around(
                                header("manifest.json", octal(one().length()), '0', "", "../.."),
                                one().getBytes(UTF_8),
                                CONTENT)),
                Arguments.of(
                        "manifest of 2 GiB",
                        "does not begin",
                        around(file("manifest.json", 1L << 31), one().getBytes(UTF_8), CONTENT)),
                Arguments.of(
                        "manifest longer than the file",
                        "expected more",
                        around(file("manifest.json", 1 << 20), one().getBytes(UTF_8), CONTENT)),
                Arguments.of(
                        "manifest size not octal",
                        "does not begin",
                        around(header("manifest.json", "000000000x1", '0', "", ""), one().getBytes(UTF_8), CONTENT)),
                Arguments.of("wrong checksum", "does not begin", flip(good, 150)),
                Arguments.of("traversal", header, blob(header("../../outside/x", octal(CONTENT.length), '0', "", ""))),
                Arguments.of("absolute", header, blob(header("/tmp/outside/x", octal(CONTENT.length), '0', "", ""))),
                Arguments.of(
                        "backslashes", header, blob(header("..\\..\\outside", octal(CONTENT.length), '0', "", ""))),
                Arguments.of(
                        "traversal by prefix",
                        header,
                        blob(header(path(CONTENT), octal(CONTENT.length), '0', "", "../.."))),
                Arguments.of(
                        "hard link",
                        header,
                        blob(header(path(CONTENT), octal(CONTENT.length), '1', "/etc/passwd", ""))),
                Arguments.of(
                        "symbolic link",
                        header,
                        blob(header(path(CONTENT), octal(CONTENT.length), '2', "../outside", ""))),
                Arguments.of(
                        "character device", header, blob(header(path(CONTENT), octal(CONTENT.length), '3', "", ""))),
                Arguments.of("block device", header, blob(header(path(CONTENT), octal(CONTENT.length), '4', "", ""))),
                Arguments.of("folder", header, blob(header(path(CONTENT), octal(CONTENT.length), '5', "", ""))),
                Arguments.of("FIFO", header, blob(header(path(CONTENT), octal(CONTENT.length), '6', "", ""))),
                Arguments.of("sparse file", header, blob(header(path(CONTENT), octal(CONTENT.length), 'S', "", ""))),
                Arguments.of(
                        "extended header", header, blob(header(path(CONTENT), octal(CONTENT.length), 'x', "", ""))),
                Arguments.of("long name", header, blob(header("././@LongLink", octal(CONTENT.length), 'L', "", ""))),
                Arguments.of("declared larger", header, blob(file(path(CONTENT), CONTENT.length + 1))),
                Arguments.of("declared smaller", header, blob(file(path(CONTENT), CONTENT.length - 1))),
                Arguments.of("size in base 256", header, blob(base256())),
                Arguments.of(
                        "duplicate entry",
                        "bytes, expected",
                        new Archives()
                                .manifest(one())
                                .entry(path(CONTENT), CONTENT)
                                .entry(path(CONTENT), CONTENT)
                                .end()),
                Arguments.of(
                        "duplicate in place of another",
                        header,
                        new Archives()
                                .manifest(two())
                                .entry(path(CONTENT), CONTENT)
                                .entry(path(CONTENT), CONTENT)
                                .end()),
                Arguments.of("wrong order", header, order()),
                Arguments.of(
                        "entry too many",
                        "bytes, expected",
                        new Archives()
                                .manifest(one())
                                .entry(path(CONTENT), CONTENT)
                                .entry("readme", SECOND)
                                .end()),
                Arguments.of(
                        "entry missing",
                        "bytes, expected",
                        new Archives().manifest(one()).end()),
                Arguments.of(
                        "other content",
                        "has sha256:",
                        new Archives()
                                .manifest(one())
                                .raw(file(path(CONTENT), CONTENT.length))
                                .content("x model of some bytes".getBytes(UTF_8))
                                .end()),
                Arguments.of("flipped bit in the content", "has sha256:", flip(good, blobAt + 512)),
                Arguments.of("flipped bit in the padding", "zeros", flip(good, blobAt + 512 + CONTENT.length)),
                Arguments.of("flipped bit in the end", "zeros", flip(good, good.length - 1)),
                Arguments.of("truncated by a byte", "bytes, expected", Arrays.copyOf(good, good.length - 1)),
                Arguments.of("truncated by the end", "bytes, expected", Arrays.copyOf(good, good.length - 1024)),
                Arguments.of("truncated in the content", "bytes, expected", Arrays.copyOf(good, blobAt + 515)),
                Arguments.of("truncated in the manifest", "expected more", Arrays.copyOf(good, 600)),
                Arguments.of("trailing byte", "bytes, expected", Arrays.copyOf(good, good.length + 1)),
                Arguments.of(
                        "a second archive behind",
                        "bytes, expected",
                        new Archives().raw(good).raw(good).end()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("archives")
    void from_flawedArchive_isRefused(String kind, String why, byte[] archive) throws IOException {
        refuses(archive, why);
    }

    private static byte[] around(byte[] header, byte[] manifest, byte[] blob) {
        return new Archives()
                .raw(header)
                .content(manifest)
                .entry(path(blob), blob)
                .end();
    }

    /** A sound manifest, a header for its blob, the blob. */
    private static byte[] blob(byte[] header) {
        return new Archives().manifest(one()).raw(header).content(CONTENT).end();
    }

    private static byte[] base256() {
        byte[] header = file(path(CONTENT), 0);
        Arrays.fill(header, 124, 136, (byte) 0);
        header[124] = (byte) 0x80;
        header[135] = (byte) CONTENT.length;
        return Archives.sum(header);
    }

    private static String two() {
        return json(version(1, artifact("model.onnx", CONTENT), artifact("second.bin", SECOND)));
    }

    private static byte[] order() {
        boolean first = Digest.of(CONTENT).compareTo(Digest.of(SECOND)) < 0;
        byte[] late = first ? SECOND : CONTENT;
        byte[] early = first ? CONTENT : SECOND;
        return new Archives()
                .manifest(two())
                .entry(path(late), late)
                .entry(path(early), early)
                .end();
    }

    private static byte[] flip(byte[] good, int at) {
        byte[] flipped = good.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    private static byte[] zip() {
        byte[] zip = new byte[4096];
        Archives.put(zip, 0, "PK\u0003\u0004");
        return zip;
    }

    static Stream<Arguments> manifests() {
        String good = one();
        Artifact model = artifact("model.onnx", CONTENT);
        Artifact larger = new Artifact("b", model.digest(), CONTENT.length + 1);
        Artifact endless = new Artifact("model.onnx", model.digest(), Long.MAX_VALUE);
        return Stream.of(
                Arguments.of("malformed", "not JSON"),
                Arguments.of("malformed", "{}"),
                Arguments.of("malformed", "[".repeat(10_000)),
                Arguments.of("malformed", good + good),
                Arguments.of("malformed", good.replaceFirst("\\{", "{\"schema\":1,")),
                Arguments.of("format", good.replace(ArchiveManifest.FORMAT, "other-archive")),
                Arguments.of("newer version", good.replace("\"schema\":1", "\"schema\":2")),
                Arguments.of("malformed", good.replace("\"rides\"", "\"../rides\"")),
                Arguments.of("malformed", good.replace("\"rides\"", "\"con\"")),
                Arguments.of("malformed", good.replace("model.onnx", "../model.onnx")),
                Arguments.of("malformed", good.replace("model.onnx", "a/b")),
                Arguments.of("malformed", good.replace("model.onnx", "nul.onnx")),
                Arguments.of("malformed", good.replace("model.onnx", "m\\u0000")),
                Arguments.of("malformed", good.replace("sha256:", "md5:")),
                Arguments.of("malformed", good.replace("\"size\":21", "\"size\":-1")),
                Arguments.of("expected", good.replace("\"size\":21", "\"size\":1000000")),
                Arguments.of("does not follow", json(version(0, model))),
                Arguments.of("does not follow", json(version(1, model), version(1, model))),
                Arguments.of("does not follow", json(version(2, model), version(1, model))),
                Arguments.of("is said to have", json(version(1, model, larger))),
                Arguments.of("overflow", json(version(1, endless))),
                Arguments.of(
                        "taken",
                        json(version(1, model, new Artifact("MODEL.onnx", model.digest(), model.size())))
                                .replace("taken", "")),
                Arguments.of("tag key", good.replace("\"tags\":{}", "\"tags\":{\"../x\":\"\"}")),
                Arguments.of("metric name", good.replace("\"metrics\":{}", "\"metrics\":{\"\":1.0}")),
                Arguments.of(
                        "description",
                        good.replace("\"description\":\"\"", "\"description\":\"" + "x".repeat(10_001) + "\"")),
                Arguments.of("signature bundle", good.replace("\"signatures\":[]", "\"signatures\":[\"{}\"]")));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void from_flawedManifest_isRefused(String why, String manifest) throws IOException {
        refuses(
                new Archives().manifest(manifest).entry(path(CONTENT), CONTENT).end(),
                why.equals("taken") ? "already" : why);
    }

    @Test
    void from_noVersions_isRefused() throws IOException {
        refuses(new Archives().manifest(json()).end(), "0 versions");
    }

    @Test
    void from_flippedBitOutsideTheManifest_isRefused() throws IOException {
        byte[] good = sound();
        try (var store = new MemoryObjectStore()) {
            StoreRegistry registry = StoreRegistry.open(store, CLOCK);
            int manifestEnd = 512 + one().length();
            for (int at = 0; at < good.length; at += 5) {
                if (at >= 512 && at < manifestEnd) {
                    continue; // another manifest may say something else that is sound
                }
                Path file = Files.write(folder.resolve("bit.tar"), flip(good, at));
                assertThatThrownBy(
                                () -> ArchiveImport.into(registry, store, "ana").from(file))
                        .as("byte %s", at)
                        .isInstanceOf(RejectedInputException.class);
            }
            assertThat(registry.models()).isEmpty();
        }
    }

    @Test
    void from_longerThanTheLimit_isRefusedBeforeItIsRead() throws IOException {
        byte[] zeros = new byte[1];
        Artifact huge = new Artifact("model.onnx", Digest.of(zeros), 1L << 40);
        String manifest = json(version(1, huge));
        Path file = folder.resolve("sparse.tar");
        Files.write(
                file,
                new Archives()
                        .manifest(manifest)
                        .raw(TarHeader.of(path(zeros), 1L << 40))
                        .end());
        try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(Files.size(file) + (1L << 40));
        }
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            ArchiveImport in = ArchiveImport.into(StoreRegistry.open(store, CLOCK), store, "ana");
            assertThat(refusal(in, file, "at most " + ArchiveImport.DEFAULT_LIMIT))
                    .isLessThan(QUICK);
        }
    }

    @Test
    void from_contentChangedWhileImporting_registersNothing() throws IOException {
        byte[] archive = new Archives()
                .manifest(two())
                .entry(path(first()), first())
                .entry(path(last()), last())
                .end();
        Path file = Files.write(folder.resolve("in.tar"), archive);
        long lastAt = archive.length - TarHeader.END - (long) TarHeader.BLOCK;
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            StoreRegistry registry = StoreRegistry.open(store, CLOCK);
            ArchiveImport in =
                    ArchiveImport.into(registry, store, "ana").observedBy((done, total) -> overwrite(file, lastAt));
            assertThatThrownBy(() -> in.from(file))
                    .isInstanceOf(RejectedInputException.class)
                    .hasMessageContaining("has sha256:");
            assertThat(registry.models()).isEmpty();
        }
    }

    @Test
    void from_fileReplacedWhileImporting_readsTheOneItOpened() throws IOException {
        byte[] archive = new Archives()
                .manifest(two())
                .entry(path(first()), first())
                .entry(path(last()), last())
                .end();
        Path file = Files.write(folder.resolve("in.tar"), archive);
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            StoreRegistry registry = StoreRegistry.open(store, CLOCK);
            ArchiveImport.into(registry, store, "ana")
                    .observedBy((done, total) -> replace(file))
                    .from(file);
            ModelName rides = ModelName.of("rides");
            assertThat(registry.bytes(rides.version(1), "model.onnx", 100)).isEqualTo(CONTENT);
            assertThat(registry.bytes(rides.version(1), "second.bin", 100)).isEqualTo(SECOND);
        }
    }

    private static byte[] first() {
        return Digest.of(CONTENT).compareTo(Digest.of(SECOND)) < 0 ? CONTENT : SECOND;
    }

    private static byte[] last() {
        return first() == CONTENT ? SECOND : CONTENT;
    }

    private static void overwrite(Path file, long at) {
        try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {'!'}), at);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void replace(Path file) {
        try {
            Path other = Files.write(folder.resolve("other.tar"), "not an archive".getBytes(UTF_8));
            Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void from_whatIsNoRegularFile_isNotFound() throws IOException {
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            ArchiveImport in = ArchiveImport.into(StoreRegistry.open(store, CLOCK), store, "ana");
            assertThatThrownBy(() -> in.from(folder)).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> in.from(folder.resolve("none"))).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> in.from(Path.of("/dev/zero"))).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void from_manyVersionsWithManyParents_isRefusedQuickly() throws IOException {
        var parents = new java.util.ArrayList<io.mlops4j.model.VersionId>();
        for (int i = 0; i < 2000; i++) {
            parents.add(ModelName.of(String.format(Locale.ROOT, "m%d", i)).version(1));
        }
        var provenance = new io.mlops4j.model.Provenance(
                "", List.of(), java.util.Optional.empty(), parents, new java.util.TreeMap<>());
        String manifest = json(version(1, provenance, artifact("model.onnx", CONTENT)));
        Path file = Files.write(
                folder.resolve("in.tar"),
                new Archives().manifest(manifest).entry(path(CONTENT), CONTENT).end());
        try (var store = FileObjectStore.open(folder.resolve("store"))) {
            ArchiveImport in = ArchiveImport.into(StoreRegistry.open(store, CLOCK), store, "ana");
            assertThatThrownBy(() -> in.from(file))
                    .isInstanceOf(NotFoundException.class)
                    .hasMessageContaining("are not in the archive");
        }
    }
}
