package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of one megabyte: full, and read-only. Skipped where this user may not mount one. */
class FileSystemLimitsTest {
    private static final byte[] LARGE = new byte[100_000];

    @TempDir
    Path mount;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(
                ran("mount", "-t", "tmpfs", "-o", "size=1m", "none", mount.toString()),
                "Mounting a small file system is not permitted here");
    }

    @AfterEach
    void unmount() throws Exception {
        ran("umount", mount.toString());
    }

    @Test
    void put_fullDisk_saysSoAndGoesOnWhenThereIsRoom() throws IOException {
        Path directory = mount.resolve("store");
        var stored = new ArrayList<Key>();
        try (var store = FileObjectStore.open(directory)) {
            StorageException full = fill(store, stored);
            assertThat(full)
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining(String.valueOf(stored.size()));
            assertThat(stored).hasSizeBetween(8, 10);
            assertWhole(store, stored);
            assertThat(directory.resolve(".temp")).isEmptyDirectory();

            store.delete(stored.remove(0));
            assertThat(store.putIfAbsent(new Key("objects/again"), Content.of(LARGE)))
                    .isEqualTo(PutOutcome.CREATED);
            stored.add(new Key("objects/again"));
            assertWhole(store, stored);
        }
    }

    @Test
    void open_diskWithoutRoomForAFolder_canReadAndLaterWrite() throws Exception {
        var stored = new ArrayList<Key>();
        try (var store = FileObjectStore.open(mount)) {
            fill(store, stored);
        }
        Files.delete(mount.resolve(".temp"));
        Path filler = mount.resolve("filler");
        fillInodes(filler);
        try (var store = FileObjectStore.open(mount)) {
            assertWhole(store, stored);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.putIfAbsent(new Key("a"), Content.of(new byte[0])))
                    .withMessageContaining("No space left on device");
            ran("rm", "-rf", filler.toString());
            assertThat(store.putIfAbsent(new Key("a"), Content.of(new byte[0]))).isEqualTo(PutOutcome.CREATED);
        }
    }

    /** Until not even an empty file can be made; a tiny file system has few inodes when it is told so. */
    private void fillInodes(Path filler) throws Exception {
        assumeTrue(ran("mount", "-o", "remount,nr_inodes=40", mount.toString()), "The inodes cannot be limited here");
        Files.createDirectory(filler);
        try {
            for (int i = 0; i < 100; i++) {
                Files.createFile(filler.resolve(String.valueOf(i)));
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
    }

    @Test
    void put_readOnlyFileSystem_saysSoAndTheRestCanBeRead() throws Exception {
        Key key = new Key("a/b");
        try (var store = FileObjectStore.open(mount)) {
            store.putIfAbsent(key, Content.of(LARGE));
        }
        assumeTrue(ran("mount", "-o", "remount,ro", mount.toString()), "Cannot make it read-only here");
        try (var store = FileObjectStore.open(mount)) {
            for (String name : new String[] {"a/b", "a/c", "new/folder"}) {
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> store.putIfAbsent(new Key(name), Content.of(LARGE)))
                        .withMessageContaining(mount.toString())
                        .withMessageContaining("Read-only file system");
            }
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.delete(key));
            assertThat(store.list(Prefix.all(), null, 10).keys()).containsExactly(key);
            assertThat(store.get(key).orElseThrow().bytes(LARGE.length)).isEqualTo(LARGE);
        }
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FileObjectStore.open(mount.resolve("below")))
                .withMessageContaining("Read-only file system");
    }

    private static StorageException fill(ObjectStore store, List<Key> stored) {
        @Nullable StorageException full = null;
        while (full == null) {
            Key key = new Key("objects/" + stored.size());
            try {
                store.putIfAbsent(key, Content.of(LARGE));
                stored.add(key);
            } catch (StorageException e) {
                full = e;
            }
        }
        return full;
    }

    private static void assertWhole(ObjectStore store, List<Key> keys) {
        assertThat(store.list(Prefix.all(), null, 100).keys()).containsExactlyInAnyOrderElementsOf(keys);
        for (Key key : keys) {
            assertThat(store.get(key).orElseThrow().bytes(LARGE.length)).isEqualTo(LARGE);
        }
    }

    private static boolean ran(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
