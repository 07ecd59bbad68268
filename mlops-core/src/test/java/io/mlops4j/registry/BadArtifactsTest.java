package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.MlopsException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is handed in as a file and is none, or is not the same twice: a typed error, soon, and nothing registered. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BadArtifactsTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Duration SOON = Duration.ofMillis(100);

    @TempDir
    Path folder;

    private ObjectStore store;
    private ModelRegistry registry;

    @BeforeEach
    void open() {
        store = FileObjectStore.open(folder.resolve("store"));
        registry = StoreRegistry.open(store, Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Registration wish() {
        return Registration.of(RIDES);
    }

    private void register(Path file) {
        registry.register(wish().file(file));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path pipe(String name) throws Exception {
        Path pipe = folder.resolve(name);
        Process making = mkfifo(pipe);
        assumeTrue(making.waitFor(10, TimeUnit.SECONDS) && making.exitValue() == 0, "no pipes here");
        return pipe;
    }

    private static Process mkfifo(Path pipe) {
        try {
            return new ProcessBuilder("mkfifo", pipe.toString()).start();
        } catch (IOException e) {
            return abort("no mkfifo here: " + e.getMessage());
        }
    }

    /** Three tries, so that a busy machine is not taken for slow code. */
    private void assertRefused(Class<? extends Exception> type, ThrowingCallable act) {
        Duration best = Duration.ofDays(1);
        for (int i = 0; i < 3 && best.compareTo(SOON) >= 0; i++) {
            long start = System.nanoTime();
            Throwable thrown = catchThrowable(act);
            best = Duration.ofNanos(Math.min(best.toNanos(), System.nanoTime() - start));
            assertThat(thrown).isInstanceOf(type);
            assertThat(thrown instanceof MlopsException || thrown instanceof IllegalArgumentException)
                    .isTrue();
        }
        assertThat(best).isLessThan(SOON);
        assertThat(registry.models()).isEmpty();
        assertThat(store.list(Prefix.all(), null, 10).keys()).isEmpty();
    }

    @Test
    void register_noRegularFile_isNotFound() throws Exception {
        Path pipe = pipe("model.onnx");
        Path linkToPipe = Files.createSymbolicLink(folder.resolve("linked.onnx"), pipe);
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling.onnx"), folder.resolve("nowhere"));
        Path directory = Files.createDirectory(folder.resolve("folder.onnx"));

        assertRefused(NotFoundException.class, () -> register(pipe));
        assertRefused(NotFoundException.class, () -> register(linkToPipe));
        assertRefused(NotFoundException.class, () -> register(dangling));
        assertRefused(NotFoundException.class, () -> register(directory));
        assertRefused(NotFoundException.class, () -> register(folder.resolve("absent.onnx")));
        assertRefused(NotFoundException.class, () -> register(Path.of("/dev/zero")));
    }

    @Test
    void register_linkLoop_isStorage() throws Exception {
        Path a = folder.resolve("a.onnx");
        Path b = folder.resolve("b.onnx");
        Files.createSymbolicLink(a, b);
        Files.createSymbolicLink(b, a);

        assertRefused(StorageException.class, () -> register(a));
    }

    @Test
    void register_namesThatAreNone_areRefused() throws Exception {
        Path spaced = file("a model.bin", "x");

        assertRefused(IllegalArgumentException.class, () -> register(spaced));
        assertRefused(NotFoundException.class, () -> register(Path.of("/")));
        assertRefused(NotFoundException.class, () -> register(folder.resolve("..")));
        assertRefused(NotFoundException.class, () -> register(Path.of("")));
    }

    @Test
    void register_fileThatBecameSomethingElse_isStorage() throws Exception {
        Path file = file("model.onnx", "weights");
        Registration grown = wish().file(file);
        Files.writeString(file, "more", StandardOpenOption.APPEND);
        assertRefused(StorageException.class, () -> registry.register(grown));

        Registration piped = wish().file(file);
        Files.delete(file);
        pipe("model.onnx");
        assertRefused(StorageException.class, () -> registry.register(piped));

        Files.delete(file);
        assertRefused(StorageException.class, () -> registry.register(piped));

        Path other = file("other", "weightsmore");
        Files.createSymbolicLink(file, other);
        assertRefused(StorageException.class, () -> registry.register(piped));
    }

    @Test
    void register_contentThatIsNotTheSameTwice_isStorage() {
        assertRefused(
                StorageException.class, () -> registry.register(wish().file("m", new Changing("weights", "WEIGHTS"))));
        assertRefused(
                StorageException.class, () -> registry.register(wish().file("m", new Changing("weights", "weight"))));
        assertRefused(
                StorageException.class, () -> registry.register(wish().file("m", new Changing("weights", "weights!"))));
    }

    @Test
    void register_unreadableFile_isStorage() throws Exception {
        Path file = file("model.onnx", "weights");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeFalse(Files.isReadable(file), "whoever runs this may read everything");

        assertRefused(StorageException.class, () -> register(file));
    }

    @Test
    void registration_tooManyFilesOrTwins_isRefused() {
        Registration full = wish();
        for (int i = 0; i < Registration.MAX_ENTRIES; i++) {
            full.file("f" + i, Content.of(new byte[0]));
        }
        assertRefused(IllegalArgumentException.class, () -> full.file("one-more", Content.of(new byte[0])));
        Registration one = wish().file("model.onnx", Content.of(new byte[0]));
        assertRefused(IllegalArgumentException.class, () -> one.file("MODEL.ONNX", Content.of(new byte[0])));
        assertRefused(IllegalArgumentException.class, () -> one.file("model.onnx", Content.of(new byte[0])));
        assertRefused(IllegalArgumentException.class, () -> registry.register(wish()));
    }

    @Test
    void register_linksToARegularFile_areRegisteredAsItsBytes() throws Exception {
        Path file = file("model.onnx", "weights");
        Path soft = Files.createSymbolicLink(folder.resolve("soft.onnx"), file);
        Path hard = Files.createLink(folder.resolve("hard.onnx"), file);
        Registration pinned = wish().file(soft);
        Files.delete(soft);
        Files.createSymbolicLink(soft, file("other", "OTHERS!"));

        registry.register(pinned);
        registry.register(wish().file(hard));
        Files.writeString(file, "changed");

        for (int version = 1; version <= 2; version++) {
            assertThat(registry.bytes(RIDES.version(version), "model.onnx", 100))
                    .asString(UTF_8)
                    .isEqualTo("weights");
        }
        assertThatThrownBy(() -> registry.version(RIDES.version(3))).isInstanceOf(NotFoundException.class);
    }

    /** Other bytes at the second reading. */
    private static final class Changing implements Content {
        private final String first;
        private final String then;
        private int opened;

        Changing(String first, String then) {
            this.first = first;
            this.then = then;
        }

        @Override
        public long size() {
            return first.length();
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream((opened++ == 0 ? first : then).getBytes(UTF_8));
        }
    }
}
