package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.FileObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes register into one directory, and are killed and started again and again, at any moment: 64 times, and
 * 320 times with the profile {@code campaign}.
 */
class KillLoopTest {
    private static final int WRITERS = 2;
    private static final int KILLS = Boolean.getBoolean("campaign") ? 320 : 64;

    @TempDir
    Path directory;

    @Test
    @Timeout(1200)
    void killedWriters_loseNothingThatTheyAcknowledged() throws Exception {
        long seed = new SplittableRandom().nextLong();
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        List<Future<List<String>>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            writers.add(pool.submit(writer("w" + writer, new SplittableRandom(seed + writer))));
        }
        List<String> said = new ArrayList<>();
        for (Future<List<String>> writer : writers) {
            said.addAll(writer.get());
        }
        pool.shutdown();

        System.out.println(
                "kills: " + KILLS + " of " + WRITERS + " writers, " + said.size() + " acknowledgements, seed " + seed);
        assertThat(said).as("seed %s", seed).hasSizeGreaterThan(KILLS);
        assertAllThere(said);
    }

    private Callable<List<String>> writer(String name, SplittableRandom random) {
        return () -> {
            List<String> said = new ArrayList<>();
            for (int life = 0; life < KILLS / WRITERS; life++) {
                said.addAll(lifeOf(name + "-" + life, random));
            }
            return said;
        };
    }

    /** Most die at work, one in eight at any moment, which may be before it has begun. */
    private List<String> lifeOf(String name, SplittableRandom random) throws IOException, InterruptedException {
        KilledRegistrar.Running child = KilledRegistrar.start(directory, name);
        List<String> said = new ArrayList<>();
        boolean atWork = random.nextInt(8) > 0;
        int words = atWork ? 1 + random.nextInt(12) : 0;
        for (int i = 0; i < words; i++) {
            said.add(child.out().readLine());
        }
        long micros = atWork ? random.nextInt(3000) : random.nextInt(300_000);
        boolean ended = child.process().waitFor(micros, TimeUnit.MICROSECONDS);
        assertThat(ended).as("ended by itself, having said %s", said).isFalse();
        // Through the handle: the process itself would close the pipe, and with it what was acknowledged last.
        child.process().toHandle().destroyForcibly();
        for (String line; (line = child.out().readLine()) != null; ) {
            said.add(line);
        }
        child.process().waitFor();
        return said.stream().filter(line -> line.endsWith(" .")).toList();
    }

    private void assertAllThere(List<String> said) throws IOException {
        try (var store = FileObjectStore.open(directory)) {
            // Reading checks each commit's hash against the one before it.
            List<Commit> chain = CommitLog.open(store, "registry", Clock.systemUTC())
                    .read(CommitLog.Position.START, Integer.MAX_VALUE);
            assertThat(chain).hasSizeGreaterThanOrEqualTo(said.size()).hasSizeLessThanOrEqualTo(said.size() + KILLS);
            ModelRegistry registry = StoreRegistry.open(store, Clock.systemUTC());
            List<ModelVersion> versions = registry.versions(KilledRegistrar.MODEL);
            assertThat(versions.stream().map(version -> version.tags().get("label")))
                    .doesNotHaveDuplicates();
            for (ModelVersion version : versions) {
                String label = version.tags().get("label");
                assertThat(new String(registry.bytes(version.id(), "model.bin", 1 << 20), UTF_8))
                        .startsWith(label + " ");
            }
            assertAcknowledged(said, registry);
            ModelVersion next = registry.register(
                    Registration.of(KilledRegistrar.MODEL).file("model.bin", KilledRegistrar.content("after")));
            assertThat(next.id().number()).isEqualTo(versions.size() + 1);
        }
    }

    private static void assertAcknowledged(List<String> said, ModelRegistry registry) {
        var moves = registry.history(KilledRegistrar.MODEL.alias("champion")).stream()
                .map(move ->
                        "moved " + move.reason() + " " + move.to().orElseThrow().number() + " .")
                .collect(Collectors.toSet());
        var registrations = registry.versions(KilledRegistrar.MODEL).stream()
                .map(version -> "registered " + version.tags().get("label") + " "
                        + version.id().number() + " .")
                .collect(Collectors.toSet());
        for (String line : said) {
            assertThat(line.startsWith("moved") ? moves : registrations).contains(line);
        }
    }
}
