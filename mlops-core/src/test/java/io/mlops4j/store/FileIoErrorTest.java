package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.MlopsException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.FaultyDisk.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every call that changes the disk fails at each place where a workload makes it: once or from then on, before it has
 * done anything or after, for want of room or of a working disk. What comes out is typed, tells the truth, leaves all
 * that was there readable and nothing half published; and when the disk is well and the store opened again, all works.
 */
class FileIoErrorTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final ModelName RIDES = ModelName.of("rides");
    private static final Key KEPT = new Key("kept/1");
    private static final Key FRESH = new Key("fresh/folder/1");
    private static final byte[] PAGES = "page ".repeat(5000).getBytes(UTF_8);

    private RamDisk disks;

    @BeforeEach
    void openDisk() throws IOException {
        disks = RamDisk.open();
    }

    @AfterEach
    void closeDisk() {
        disks.close();
    }

    /** One thing that is done while the disk fails, and whether it can be seen to have been done. */
    private enum Workload {
        PUT {
            @Override
            void run(ObjectStore store) {
                store.putIfAbsent(FRESH, Content.of(PAGES));
            }

            @Override
            boolean isDone(ObjectStore store) {
                return store.get(FRESH).isPresent();
            }
        },
        PUT_TAKEN_KEY {
            @Override
            void run(ObjectStore store) {
                assertThat(store.putIfAbsent(KEPT, Content.of(PAGES))).isEqualTo(PutOutcome.EXISTS);
            }

            @Override
            boolean isDone(ObjectStore store) {
                return false;
            }
        },
        BLOB {
            @Override
            void run(ObjectStore store) {
                BlobStore.in(store).put(Content.of(PAGES));
            }

            @Override
            boolean isDone(ObjectStore store) {
                return !store.list(Prefix.of("blobs"), null, 10).keys().stream()
                        .allMatch(key -> store.get(key).orElseThrow().size() < PAGES.length);
            }
        },
        APPEND {
            @Override
            void run(ObjectStore store) {
                CommitLog.open(store, "events", CLOCK).append(CommitLog.Position.START, PAGES);
            }

            @Override
            boolean isDone(ObjectStore store) {
                return CommitLog.open(store, "events", CLOCK).read(1).isPresent();
            }
        },
        REGISTER {
            @Override
            void run(ObjectStore store) {
                assertThat(registry(store).register(wish("two")).id().number()).isEqualTo(2);
            }

            @Override
            boolean isDone(ObjectStore store) {
                return registry(store).versions(RIDES).size() > 1;
            }
        },
        MOVE {
            @Override
            void run(ObjectStore store) {
                registry(store).move(RIDES.alias("next")).to(RIDES.version(1)).because("a test", "test");
            }

            @Override
            boolean isDone(ObjectStore store) {
                return registry(store).tryResolve(RIDES.alias("next")).isPresent();
            }
        };

        abstract void run(ObjectStore store);

        abstract boolean isDone(ObjectStore store);
    }

    private static ModelRegistry registry(ObjectStore store) {
        return StoreRegistry.open(store, CLOCK);
    }

    private static Registration wish(String label) {
        return Registration.of(RIDES)
                .file("model.bin", Content.of((label + " ").repeat(2000).getBytes(UTF_8)));
    }

    @Test
    void anyCall_failingInAnyWay_isToldAndSurvived() {
        int faults = 0;
        var failed = new TreeSet<String>();
        for (Workload workload : Workload.values()) {
            for (Mode mode : Mode.values()) {
                for (String error : List.of("Input/output error", "No space left on device")) {
                    faults += failEach(workload, mode, error, false, failed);
                    faults += failEach(workload, mode, error, true, failed);
                }
            }
        }
        System.out.println("I/O errors: " + faults + " faults, 0 lost, in " + failed);
        assertThat(failed)
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

    private int failEach(Workload workload, Mode mode, String error, boolean lasting, Set<String> failed) {
        for (int call = 0; ; call++) {
            String where = workload + ", " + error + " " + mode + " call " + call + (lasting ? " and all after" : "");
            var disk = new FaultyDisk(mode, error);
            disk.repair();
            Path place = disks.fresh();
            prepare(place);
            try (var store = FileObjectStore.open(place, disk)) {
                if (lasting) {
                    disk.failFrom(call);
                } else {
                    disk.failAfter(call);
                }
                MlopsException e = tryRun(workload, store);
                if (disk.failed().isEmpty()) {
                    return call;
                }
                failed.add(disk.failed());
                assertTold(workload, store, e, error, where + ", " + disk.failed());
                assertIntact(store, where);
            }
            assertWorksAgain(workload, place, where);
            RamDisk.delete(place);
        }
    }

    private static void prepare(Path place) {
        try (var store = FileObjectStore.open(place)) {
            store.putIfAbsent(KEPT, Content.of(new byte[] {1, 2, 3}));
            ModelVersion version = registry(store).register(wish("one"));
            registry(store).move(RIDES.alias("champion")).to(version).because("first", "test");
        }
    }

    private static @Nullable MlopsException tryRun(Workload workload, ObjectStore store) {
        try {
            workload.run(store);
            return null;
        } catch (StorageException | OutcomeUnknownException e) {
            return e;
        }
    }

    private static void assertTold(
            Workload workload, ObjectStore store, @Nullable MlopsException e, String error, String where) {
        if (e instanceof StorageException) {
            assertThat(workload.isDone(store)).as("nothing is done, " + where).isFalse();
        } else if (e == null && workload != Workload.PUT_TAKEN_KEY) {
            assertThat(workload.isDone(store)).as("all is done, " + where).isTrue();
        }
        if (e != null) {
            assertThat(e).as(where).hasStackTraceContaining(error);
        }
    }

    private static void assertIntact(ObjectStore store, String where) {
        assertThat(store.get(KEPT).orElseThrow().bytes(10)).as(where).containsExactly(1, 2, 3);
        for (Key key : store.list(Prefix.of("blobs"), null, 10).keys()) {
            String hex = key.value().substring("blobs/sha256/".length()).replace("/", "");
            assertThat(Digest.of(store.get(key).orElseThrow().bytes(1 << 20)).hex())
                    .as(where)
                    .isEqualTo(hex);
        }
        ModelRegistry registry = registry(store);
        for (ModelVersion version : registry.versions(RIDES)) {
            String label = version.id().number() == 1 ? "one " : "two ";
            assertThat(new String(registry.bytes(version.id(), "model.bin", 1 << 20), UTF_8))
                    .as(where)
                    .startsWith(label);
        }
        assertThat(registry.resolve(RIDES.alias("champion")).id().number())
                .as(where)
                .isEqualTo(1);
        assertThat(store.get(FRESH).map(object -> object.bytes(1 << 20)).orElse(PAGES))
                .as(where)
                .isEqualTo(PAGES);
    }

    private static void assertWorksAgain(Workload workload, Path place, String where) {
        try (var store = FileObjectStore.open(place)) {
            assertIntact(store, where);
            if (!workload.isDone(store)) {
                workload.run(store);
            }
            assertIntact(store, where);
            assertThat(store.putIfAbsent(new Key("kept/2"), Content.of(PAGES))).isEqualTo(PutOutcome.CREATED);
            registry(store).register(wish("two"));
        }
    }
}
