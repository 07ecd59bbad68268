package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one directory, and processes that are killed. */
class FileProcessesTest {
    private static final int KILLS = 10;

    @TempDir
    Path directory;

    @Test
    @Timeout(120)
    void twoProcesses_onTheSameKeys_createEachOnce() throws Exception {
        int objects = 150;
        var creators = new HashMap<Key, String>();
        try (var one = ChildWriter.start(directory, "race", "one", objects);
                var two = ChildWriter.start(directory, "race", "two", objects)) {
            one.go();
            two.go();
            for (var writer : Map.of("one", one, "two", two).entrySet()) {
                for (Key key : saidBy(writer.getValue())) {
                    assertThat(creators.put(key, writer.getKey()))
                            .as("creator of %s before", key)
                            .isNull();
                }
                assertThat(writer.getValue().process().waitFor()).isZero();
            }
        }
        assertThat(creators).hasSize(objects);
        assertThat(new ArrayList<>(creators.values()))
                .as("both win now and then")
                .contains("one", "two");
        try (var store = FileObjectStore.open(directory)) {
            for (var created : creators.entrySet()) {
                byte[] bytes = store.get(created.getKey()).orElseThrow().bytes(1 << 20);
                assertThat(ChildWriter.writer(created.getKey(), bytes)).isEqualTo(created.getValue());
            }
        }
    }

    @Test
    @Timeout(120)
    void killedWriter_keepsWhatItAcknowledgedAndNothingInHalves() throws Exception {
        var random = new SplittableRandom(42);
        var acknowledged = new ArrayList<Key>();
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged.addAll(killedAfter(1 + random.nextInt(25), "round" + kill));
        }
        try (var store = FileObjectStore.open(directory)) {
            List<Key> listed =
                    store.list(Prefix.all(), null, ObjectStore.MAX_PAGE).keys();
            assertThat(listed).containsAll(acknowledged);
            assertThat(listed).hasSizeLessThanOrEqualTo(acknowledged.size() + KILLS);
            for (Key key : listed) {
                byte[] bytes = store.get(key).orElseThrow().bytes(1 << 20);
                assertThat(ChildWriter.writer(key, bytes)).isEqualTo("victim");
            }
        }
        try (Stream<Path> leftovers = Files.list(directory.resolve(".temp"))) {
            assertThat(leftovers).hasSizeLessThanOrEqualTo(KILLS);
        }
    }

    private List<Key> killedAfter(int objects, String prefix) throws Exception {
        try (var writer = ChildWriter.start(directory, prefix, "victim", Integer.MAX_VALUE)) {
            writer.go();
            var said = new ArrayList<Key>();
            while (said.size() < objects) {
                said.add(new Key(writer.out().readLine()));
            }
            // Through the handle: the process itself would close the pipe, and with it what was acknowledged last.
            writer.process().toHandle().destroyForcibly();
            said.addAll(saidBy(writer));
            assertThat(writer.process().waitFor()).isNotZero();
            return said;
        }
    }

    private static List<Key> saidBy(ChildWriter.Running writer) throws IOException {
        var keys = new ArrayList<Key>();
        for (String line; (line = writer.out().readLine()) != null; ) {
            keys.add(new Key(line));
        }
        return keys;
    }
}
