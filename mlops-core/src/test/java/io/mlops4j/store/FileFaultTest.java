package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.MlopsException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.FaultyDisk.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call that changes the disk fails once, at each place where it is made. */
class FileFaultTest {
    private static final Key KEPT = new Key("kept/1");
    private static final Key FRESH = new Key("fresh/folder/1");
    private static final Content CONTENT = Content.of(new byte[200_000]);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource
    void put_whateverCallFails_leavesAllOrNothing(Mode mode) throws IOException {
        var failed = new ArrayList<String>();
        for (int call = 0; ; call++) {
            var disk = new FaultyDisk(mode);
            Path place = directory.resolve(mode + "-" + call);
            try (var store = openWithKept(place, disk)) {
                disk.failAfter(call);
                MlopsException e = tryPut(store, FRESH);
                String fault = disk.failed();
                if (fault.isEmpty()) {
                    break;
                }
                failed.add(fault);
                assertTyped(e, fault, store);
                assertKeptAndWhole(store);
                assertWorksAgain(store, place, fault);
            }
        }
        assertThat(new TreeSet<>(failed))
                .containsExactly(
                        "close",
                        "create",
                        "force file",
                        "force folder",
                        "link",
                        "mkdir",
                        "open folder",
                        "unlink",
                        "write");
    }

    private static void assertTyped(@Nullable MlopsException e, String fault, ObjectStore store) {
        boolean there = store.get(FRESH).isPresent();
        if (e == null) {
            assertThat(there).as("acknowledged in spite of a failing %s", fault).isTrue();
        } else {
            assertThat(e).hasMessageContaining("Input/output error").hasRootCauseInstanceOf(IOException.class);
            assertThat(e).isInstanceOf(there ? OutcomeUnknownException.class : StorageException.class);
            assertThat(e).hasMessageContaining("fresh");
        }
        // A link that was made although it seemed to fail is made; a name that stays too many is no harm.
        assertThat(e == null)
                .as("%s is survived", fault)
                .isEqualTo(fault.equals("unlink") || (fault.equals("link") && there));
    }

    private static void assertKeptAndWhole(ObjectStore store) {
        assertThat(store.get(KEPT).orElseThrow().bytes(10)).containsExactly(1, 2, 3);
        List<Key> keys = store.list(Prefix.all(), null, 10).keys();
        assertThat(keys).contains(KEPT).isSubsetOf(KEPT, FRESH);
        Optional<StoredObject> fresh = store.get(FRESH);
        assertThat(keys.contains(FRESH)).isEqualTo(fresh.isPresent());
        fresh.ifPresent(object -> assertThat(object.bytes(1 << 20)).hasSize(200_000));
    }

    /** After a folder could not be forced, only a store that is opened afresh writes. */
    private static void assertWorksAgain(ObjectStore store, Path place, String fault) {
        if (fault.equals("force folder")) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> store.putIfAbsent(KEPT, CONTENT))
                    .withMessageContaining("open the store again");
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.delete(KEPT));
            try (var reopened = FileObjectStore.open(place)) {
                assertWrites(reopened);
            }
        } else {
            assertWrites(store);
        }
    }

    private static void assertWrites(ObjectStore store) {
        PutOutcome expected = store.get(FRESH).isPresent() ? PutOutcome.EXISTS : PutOutcome.CREATED;
        assertThat(store.putIfAbsent(FRESH, CONTENT)).isEqualTo(expected);
        assertThat(store.putIfAbsent(new Key("fresh/2"), CONTENT)).isEqualTo(PutOutcome.CREATED);
        assertThat(store.putIfAbsent(KEPT, CONTENT)).isEqualTo(PutOutcome.EXISTS);
        assertThat(store.list(Prefix.all(), null, 10).keys()).containsExactly(new Key("fresh/2"), FRESH, KEPT);
    }

    @ParameterizedTest
    @EnumSource
    void put_takenKeyWhateverCallFails_neverSaysMoreThanIsDurable(Mode mode) {
        for (int call = 0; ; call++) {
            var disk = new FaultyDisk(mode);
            Path place = directory.resolve(mode + "-" + call);
            openWithKept(place, new DiskOperations()).close();
            disk.failAfter(Integer.MAX_VALUE);
            try (var store = FileObjectStore.open(place, disk)) {
                disk.failAfter(call);
                MlopsException e = tryPut(store, KEPT);
                if (disk.failed().isEmpty()) {
                    assertThat(call)
                            .as("opens and forces the folder, and the one above")
                            .isGreaterThanOrEqualTo(4);
                    break;
                }
                assertThat(e).as(disk.failed()).isInstanceOf(StorageException.class);
                assertThat(store.get(KEPT).orElseThrow().bytes(10)).containsExactly(1, 2, 3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void open_whateverCallFails_canStillReadOrSaysWhy(Mode mode) throws IOException {
        for (int call = 0; ; call++) {
            var disk = new FaultyDisk(mode);
            Path place = directory.resolve("open-" + mode + "-" + call);
            Path file = FileNames.file(place, KEPT);
            Files.createDirectories(FileKinds.parent(file));
            Files.write(file, new byte[] {1, 2, 3});
            disk.failAfter(call);
            try (var store = FileObjectStore.open(place, disk)) {
                if (disk.failed().isEmpty()) {
                    break;
                }
                assertThat(store.get(KEPT).orElseThrow().bytes(10)).containsExactly(1, 2, 3);
                if (disk.failed().equals("force folder")) {
                    assertThatExceptionOfType(StorageException.class)
                            .isThrownBy(() -> store.putIfAbsent(FRESH, CONTENT));
                } else {
                    assertThat(store.putIfAbsent(FRESH, CONTENT)).isEqualTo(PutOutcome.CREATED);
                }
            } catch (StorageException e) {
                assertThat(disk.failed()).isEqualTo("link");
                assertThat(e).hasMessageContaining("hard link").hasMessageContaining(place.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void delete_whateverCallFails_isTypedAndCanBeRepeated(Mode mode) {
        for (int call = 0; ; call++) {
            var disk = new FaultyDisk(mode);
            Path place = directory.resolve("delete-" + mode + "-" + call);
            try (var store = openWithKept(place, disk)) {
                disk.failAfter(call);
                try {
                    store.delete(KEPT);
                    break;
                } catch (StorageException e) {
                    assertThat(e).hasMessageContaining("kept").hasMessageContaining("Input/output error");
                }
            }
            try (var reopened = FileObjectStore.open(place)) {
                reopened.delete(KEPT);
                assertThat(reopened.get(KEPT)).isEmpty();
            }
        }
    }

    private static FileObjectStore openWithKept(Path place, FileOperations disk) {
        if (disk instanceof FaultyDisk faulty) {
            faulty.failAfter(Integer.MAX_VALUE);
        }
        var store = FileObjectStore.open(place, disk);
        assertThat(store.putIfAbsent(KEPT, Content.of(new byte[] {1, 2, 3}))).isEqualTo(PutOutcome.CREATED);
        return store;
    }

    private static @Nullable MlopsException tryPut(ObjectStore store, Key key) {
        try {
            store.putIfAbsent(key, CONTENT);
            return null;
        } catch (StorageException | OutcomeUnknownException e) {
            return e;
        }
    }
}
