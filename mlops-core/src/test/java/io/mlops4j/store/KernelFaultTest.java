package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.MlopsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernel itself says that forcing failed, once, at each place where a put forces. Skipped where {@code strace} is
 * missing or may not trace.
 */
class KernelFaultTest {
    private static final Key KEY = new Key("new/folder/object");
    private static final byte[] BYTES = new byte[10_000];

    @TempDir
    Path directory;

    /** The child: puts one object, twice, and says what came of it. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (var store = FileObjectStore.open(Path.of(args[0]))) {
                say(store);
                say(store);
            }
        }

        private static void say(ObjectStore store) {
            try {
                System.out.println(store.putIfAbsent(KEY, Content.of(BYTES)));
            } catch (MlopsException e) {
                System.out.println(e.getClass().getSimpleName());
            }
        }
    }

    @Test
    @Timeout(300)
    void put_kernelFailsAForce_isNeverAcknowledged() throws Exception {
        assumeTrue(
                !said(List.of("strace", "-f", "-qq", "-e", "trace=none", "echo", "traced"))
                        .isEmpty(),
                "Cannot trace a process here");
        List<List<String>> all = new ArrayList<>();
        for (int force = 1; ; force++) {
            Path place = directory.resolve(Integer.toString(force));
            List<String> said = put(place, force);
            all.add(said);
            assertThat(said).as("force %s", force).hasSize(2);
            try (var store = FileObjectStore.open(place)) {
                if (said.contains("CREATED") || said.contains("EXISTS")) {
                    assertThat(store.get(KEY).orElseThrow().bytes(20_000)).isEqualTo(BYTES);
                }
                PutOutcome again = store.putIfAbsent(KEY, Content.of(BYTES));
                assertThat(again).isIn(PutOutcome.CREATED, PutOutcome.EXISTS);
                assertThat(store.get(KEY).orElseThrow().bytes(20_000)).isEqualTo(BYTES);
            }
            if (said.equals(List.of("CREATED", "EXISTS"))) {
                break;
            }
        }
        System.out.println("Kernel faults: " + all);
        // The folder above the root, two folders, the file, its folder, and that again for the second put.
        assertThat(all).hasSizeGreaterThanOrEqualTo(6);
        assertThat(all)
                .as("the file's own force may be repeated, with a fresh file; a folder's must not")
                .contains(List.of("StorageException", "CREATED"))
                .contains(List.of("OutcomeUnknownException", "StorageException"))
                .contains(List.of("StorageException", "StorageException"));
    }

    private static List<String> put(Path place, int force) throws Exception {
        FileObjectStore.open(place).close();
        return said(List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=fsync,fdatasync",
                "-e",
                "inject=fsync,fdatasync:error=EIO:when=" + force,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                place.toString()));
    }

    private static List<String> said(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var out = process.inputReader(US_ASCII)) {
                List<String> said = out.lines().toList();
                process.waitFor(1, TimeUnit.MINUTES);
                return said;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return List.of();
        }
    }
}
