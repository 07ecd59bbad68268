package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a store of files can meet. */
class FileObjectStoreFilesTest {
    private static final Content CONTENT = Content.of(new byte[] {1, 2, 3});
    private static final Key KEY = new Key("folder/object");

    @TempDir
    Path temp;

    @Test
    void open_absentDirectory_createsItWithItsParents() {
        Path directory = temp.resolve("a/b/c");
        try (var store = FileObjectStore.open(directory)) {
            assertThat(store.putIfAbsent(KEY, CONTENT)).isEqualTo(PutOutcome.CREATED);
        }
        assertThat(directory.resolve("folder/object=")).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void open_file_isRefusedByName() throws IOException {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FileObjectStore.open(file))
                .withMessageContaining(file.toString());
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FileObjectStore.open(file.resolve("below")))
                .withMessageContaining(file.toString());
    }

    @Test
    void open_linkToADirectory_isFollowed() throws IOException {
        Path link = Files.createSymbolicLink(temp.resolve("link"), Files.createDirectory(temp.resolve("real")));
        try (var store = FileObjectStore.open(link)) {
            store.putIfAbsent(KEY, CONTENT);
        }
        assertThat(temp.resolve("real/folder/object=")).exists();
    }

    @Test
    void open_fileSystemWithoutHardLinks_isRefused() {
        var disk = new DelegatingDisk() {
            @Override
            public void link(Path name, Path file) {
                throw new UnsupportedOperationException();
            }
        };
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FileObjectStore.open(temp, disk))
                .withMessageContaining(temp.toString())
                .withMessageContaining("hard link");
        assertThat(temp.resolve(".temp")).isEmptyDirectory();
    }

    @Test
    void open_linksThatReplace_isRefused() {
        var disk = new DelegatingDisk() {
            @Override
            public void link(Path name, Path file) throws IOException {
                Files.deleteIfExists(name);
                super.link(name, file);
            }
        };
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FileObjectStore.open(temp, disk))
                .withMessageContaining("replaced");
    }

    @Test
    void open_leftovers_areRemovedWhenOlderThanADay() throws IOException {
        Path old = leftover("old", Duration.ofHours(25));
        Path young = leftover("young", Duration.ofHours(23));
        try (var store = FileObjectStore.open(temp)) {
            assertThat(old).doesNotExist();
            assertThat(young).exists();
            assertThat(store.list(Prefix.all(), null, 10).keys()).isEmpty();
        }
    }

    private Path leftover(String name, Duration age) throws IOException {
        Files.createDirectories(temp.resolve(".temp"));
        Path file = Files.write(temp.resolve(".temp").resolve(name), new byte[10]);
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void put_whateverItsEnd_leavesNoTemporaryFile() {
        try (var store = FileObjectStore.open(temp)) {
            store.putIfAbsent(KEY, CONTENT);
            store.putIfAbsent(KEY, CONTENT);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.putIfAbsent(new Key("bad"), liar()));
        }
        assertThat(temp.resolve(".temp")).isEmptyDirectory();
    }

    private static Content liar() {
        return new Content() {
            @Override
            public long size() {
                return 4;
            }

            @Override
            public InputStream open() throws IOException {
                return CONTENT.open();
            }
        };
    }

    @Test
    void put_whenTheReplyToTheLinkIsLost_isOursAllTheSame() {
        var disk = new DelegatingDisk() {
            @Override
            public void link(Path name, Path file) throws IOException {
                super.link(name, file);
                if (name.startsWith(temp.resolve("folder"))) {
                    throw new FileAlreadyExistsException(name.toString());
                }
            }
        };
        try (var store = FileObjectStore.open(temp, disk)) {
            assertThat(store.putIfAbsent(KEY, CONTENT)).isEqualTo(PutOutcome.CREATED);
            assertThat(store.putIfAbsent(KEY, CONTENT)).isEqualTo(PutOutcome.EXISTS);
        }
    }

    @Test
    void anyCall_interruptedThread_worksAndStaysInterrupted() throws IOException {
        try (var store = FileObjectStore.open(temp)) {
            Thread.currentThread().interrupt();
            assertThat(store.putIfAbsent(KEY, CONTENT)).isEqualTo(PutOutcome.CREATED);
            assertThat(store.get(KEY).orElseThrow().bytes(3)).containsExactly(1, 2, 3);
            assertThat(store.list(Prefix.all(), null, 1).keys()).containsExactly(KEY);
            store.delete(KEY);
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void list_foreignFiles_arePassedOver() throws IOException {
        try (var store = FileObjectStore.open(temp)) {
            store.putIfAbsent(KEY, CONTENT);
            Files.createFile(temp.resolve(".DS_Store"));
            Files.createFile(temp.resolve("README"));
            Files.createFile(temp.resolve("folder/notes.txt"));
            Files.createFile(temp.resolve("A="));
            Files.createDirectory(temp.resolve("lost+found"));
            assertThat(store.list(Prefix.all(), null, 10).keys()).containsExactly(KEY);
        }
    }

    @Test
    @Timeout(20)
    void object_replacedByALinkAFolderOrAPipe_isCorrupt() throws Exception {
        Path file = temp.resolve("folder/object=");
        try (var store = FileObjectStore.open(temp)) {
            store.putIfAbsent(KEY, CONTENT);
            Path elsewhere = Files.move(file, temp.resolve("elsewhere"));
            Files.createSymbolicLink(file, elsewhere);
            assertCorrupt(store, file, "a symbolic link");
            Files.delete(file);
            Files.createSymbolicLink(file, temp.resolve("nowhere"));
            assertCorrupt(store, file, "a symbolic link");
            Files.delete(file);
            Files.createDirectory(file);
            assertCorrupt(store, file, "a folder");
            Files.delete(file);
            if (mkfifo(file)) {
                assertCorrupt(store, file, "a special file");
            }
        }
    }

    @Test
    void folder_replacedByALinkOrAFile_isCorrupt() throws IOException {
        Path folder = temp.resolve("folder");
        try (var store = FileObjectStore.open(temp)) {
            store.putIfAbsent(KEY, CONTENT);
            Files.move(folder, temp.resolve("moved"));
            Path outside = Files.createDirectory(temp.resolve("outside"));
            Files.createSymbolicLink(folder, outside);
            assertCorrupt(store, folder, "a symbolic link");
            assertThatExceptionOfType(CorruptionException.class)
                    .isThrownBy(() -> store.list(Prefix.all(), null, 10))
                    .withMessageContaining(folder.toString());
            assertThatExceptionOfType(CorruptionException.class)
                    .isThrownBy(() -> store.list(Prefix.of("folder"), null, 10));
            assertThat(outside).isEmptyDirectory();
            Files.delete(folder);
            Files.createFile(folder);
            assertCorrupt(store, folder, "a regular file");
        }
    }

    private static void assertCorrupt(ObjectStore store, Path path, String found) {
        List.<Runnable>of(() -> store.get(KEY), () -> store.putIfAbsent(KEY, CONTENT), () -> store.delete(KEY))
                .forEach(call -> assertThatExceptionOfType(CorruptionException.class)
                        .isThrownBy(call::run)
                        .withMessageContaining(path.toString())
                        .withMessageContaining("found " + found));
    }

    private static boolean mkfifo(Path file) throws Exception {
        try {
            return new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void open_objectThatIsGoneOrCutShortOrAnotherOne_saysSo() throws IOException {
        try (var store = FileObjectStore.open(temp)) {
            store.putIfAbsent(KEY, CONTENT);
            StoredObject object = store.get(KEY).orElseThrow();
            try (InputStream in = object.open()) {
                Files.write(temp.resolve("folder/object="), new byte[] {1, 2});
                assertThatIOException().isThrownBy(in::readAllBytes).withMessageContaining("ends 1 bytes too early");
            }
            store.delete(KEY);
            store.putIfAbsent(KEY, Content.of(new byte[10]));
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(object::open)
                    .withMessageContaining("it has 10 bytes, and had 3");
            store.delete(KEY);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(object::open)
                    .withMessageContaining("folder");
        }
    }

    @Test
    void put_directoryWithoutPermission_saysSoAndWritesNothing() throws IOException {
        FileObjectStore.open(temp).close();
        assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"), "No POSIX permissions here");
        Files.setPosixFilePermissions(temp.resolve(".temp"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("r-xr-xr-x"));
        try (var store = FileObjectStore.open(temp)) {
            assumeTrue(!Files.isWritable(temp), "This user may write everywhere");
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.putIfAbsent(KEY, CONTENT))
                    .withMessageContaining(temp.toString())
                    .withMessageContaining("AccessDenied");
            assertThat(store.get(KEY)).isEmpty();
        } finally {
            Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(temp.resolve(".temp"), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try (Stream<Path> left = Files.list(temp)) {
            assertThat(left).containsExactly(temp.resolve(".temp"));
        }
    }

    /** The real disk, to be disturbed. */
    private static class DelegatingDisk implements FileOperations {
        private final FileOperations disk = new DiskOperations();

        @Override
        public NewFile create(Path file) throws IOException {
            return disk.create(file);
        }

        @Override
        public void link(Path name, Path file) throws IOException {
            disk.link(name, file);
        }

        @Override
        public void unlink(Path name) throws IOException {
            disk.unlink(name);
        }

        @Override
        public void mkdir(Path folder) throws IOException {
            disk.mkdir(folder);
        }

        @Override
        public Folder open(Path folder) throws IOException {
            return disk.open(folder);
        }
    }
}
