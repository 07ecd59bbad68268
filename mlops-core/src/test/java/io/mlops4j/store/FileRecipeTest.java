package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of calls on which durability rests. A crash that would show it cannot be made in a test; the order can. */
class FileRecipeTest {
    private static final Content CONTENT = Content.of(new byte[10]);

    @TempDir
    Path temp;

    private final List<String> calls = new ArrayList<>();

    @Test
    void put_newFolders_forcesContentThenNameThenReturns() throws IOException {
        try (var store = open()) {
            store.putIfAbsent(new Key("a/b/c"), CONTENT);
            assertThat(calls)
                    .containsExactly(
                            "open ",
                            "mkdir a",
                            "force ",
                            "open a",
                            "mkdir a/b",
                            "force a",
                            "open a/b",
                            "create",
                            "write",
                            "force file",
                            "close file",
                            "link a/b/c=",
                            "force a/b",
                            "unlink");
        }
    }

    @Test
    void put_knownFolder_costsOneForceOfEach() throws IOException {
        try (var store = open()) {
            store.putIfAbsent(new Key("a/b"), CONTENT);
            calls.clear();
            store.putIfAbsent(new Key("a/c"), CONTENT);
            assertThat(calls)
                    .containsExactly(
                            "open a", "create", "write", "force file", "close file", "link a/c=", "force a", "unlink");
        }
    }

    @Test
    void put_takenKey_forcesTheFolderBeforeItSaysSo() throws IOException {
        try (var store = open()) {
            store.putIfAbsent(new Key("a/b"), CONTENT);
            calls.clear();
            store.putIfAbsent(new Key("a/b"), CONTENT);
            assertThat(calls).containsExactly("open a", "force a");
        }
    }

    @Test
    void put_keyTakenByAnotherProcess_forcesItsFoldersToo() throws IOException {
        try (var other = FileObjectStore.open(temp)) {
            other.putIfAbsent(new Key("a/b"), CONTENT);
        }
        try (var store = open()) {
            store.putIfAbsent(new Key("a/b"), CONTENT);
            assertThat(calls).containsExactly("open ", "mkdir a", "force ", "open a", "force a");
        }
    }

    @Test
    void open_newDirectories_forcesEachIntoItsParent() throws IOException {
        Path root = temp.toRealPath();
        FileObjectStore.open(temp.resolve("x/y"), new RecordingDisk(root)).close();
        assertThat(calls)
                .as("even the folder that was there may not have been forced yet")
                .startsWith("open ..", "force ..", "open ", "mkdir x", "force ", "open x", "mkdir x/y", "force x");
        assertThat(calls).endsWith("open x", "force x");
    }

    @Test
    void delete_forcesTheFolder() throws IOException {
        try (var store = open()) {
            store.putIfAbsent(new Key("a/b"), CONTENT);
            calls.clear();
            store.delete(new Key("a/b"));
            assertThat(calls).containsExactly("open a", "unlink", "force a");
        }
    }

    private FileObjectStore open() throws IOException {
        var store = FileObjectStore.open(temp, new RecordingDisk(temp.toRealPath()));
        calls.clear();
        return store;
    }

    private final class RecordingDisk implements FileOperations {
        private final FileOperations disk = new DiskOperations();
        private final Path root;

        RecordingDisk(Path root) {
            this.root = root;
        }

        private void record(String call, Path path) {
            calls.add(call + " " + root.relativize(path).toString().replace('\\', '/'));
        }

        @Override
        public NewFile create(Path path) throws IOException {
            calls.add("create");
            NewFile file = disk.create(path);
            return new NewFile() {
                @Override
                public void write(byte[] buffer, int length) throws IOException {
                    calls.add("write");
                    file.write(buffer, length);
                }

                @Override
                public void force() throws IOException {
                    calls.add("force file");
                    file.force();
                }

                @Override
                public void close() throws IOException {
                    calls.add("close file");
                    file.close();
                }
            };
        }

        @Override
        public void link(Path name, Path file) throws IOException {
            record("link", name);
            disk.link(name, file);
        }

        @Override
        public void unlink(Path name) throws IOException {
            calls.add("unlink");
            disk.unlink(name);
        }

        @Override
        public void mkdir(Path path) throws IOException {
            record("mkdir", path);
            disk.mkdir(path);
        }

        @Override
        public Folder open(Path path) throws IOException {
            record("open", path);
            Folder folder = disk.open(path);
            return new Folder() {
                @Override
                public void force() throws IOException {
                    record("force", path);
                    folder.force();
                }

                @Override
                public void close() {
                    folder.close();
                }
            };
        }
    }
}
