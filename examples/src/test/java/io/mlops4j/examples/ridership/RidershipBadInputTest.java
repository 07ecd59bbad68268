package io.mlops4j.examples.ridership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong, the program says it in one line, and what it has kept stays usable. */
class RidershipBadInputTest {
    private static final LocalDate FIRST_END = LocalDate.of(2005, 2, 1);
    private static final String UNTIL = "2005-03-01";

    @TempDir
    static Path templates;

    private static Walk before;
    private static Walk undisturbed;

    @TempDir
    Path folder;

    @BeforeAll
    static void walkOnce() {
        before = Walk.in(templates.resolve("home"), Walk.REAL, FIRST_END);
        undisturbed = Walk.in(templates.resolve("undisturbed"), Walk.REAL, LocalDate.parse(UNTIL));
    }

    @Test
    void run_badArguments_areNamed() throws Exception {
        refuses(Program.run(folder, "--bogus", "1"), "--bogus", "--home");
        refuses(Program.run(folder, "--until"), "--until");
        refuses(Program.run(folder, "--until", "2005-02-30"), "2005-02-30");
        refuses(walk(folder.resolve("home"), Walk.FILE, "2004-12-31"), "2004-12-31", "2005-01-01");
        refuses(walk(folder.resolve("home"), Walk.FILE, "2017-01-01"), "2017-01-01", "2016-08-29");
        assertThat(folder.resolve("home")).doesNotExist();

        Path home = copyOfHome();
        refuses(walk(home, Walk.FILE, "2005-01-10"), "2005-01-10", FIRST_END.toString());
        goesOn(home);
    }

    @Test
    void run_badData_isNamedAndNothingIsBegun() throws Exception {
        refuses(walk(folder.resolve("home"), folder.resolve("none.csv"), UNTIL), "none.csv");
        refuses(walk(folder.resolve("home"), folder, UNTIL), folder.toString(), "directory");
        List<String> lines = Files.readAllLines(Walk.FILE);
        String broken = lines.get(1000);
        refusesData(lines, broken.substring(0, broken.length() / 2), "row 1000", "expected 14");
        refusesData(lines, broken.replaceAll("[^,]*$", "full"), "row 1000", "ridership", "full");
        refusesData(lines, lines.get(999), "row 1000", "does not come after");
        refusesData(lines, broken + "\n\"open", "rides.csv");
        assertThat(folder.resolve("home")).doesNotExist();
    }

    private void refusesData(List<String> lines, String row, String... parts) throws Exception {
        List<String> changed = new ArrayList<>(lines);
        changed.set(1000, row);
        Path file = Files.write(folder.resolve("rides.csv"), changed);
        refuses(walk(folder.resolve("home"), file, UNTIL), parts);
    }

    @Test
    void run_flippedByteInACommit_isNamedAndRepairable() throws Exception {
        Path home = copyOfHome();
        for (String log : List.of("registry", "pipeline/rides", "examples/ridership")) {
            Path commit = home.resolve("logs").resolve(log).resolve("00000000000000000001=");
            byte[] whole = flip(commit);
            refuses(walk(home, Walk.FILE, UNTIL), log);
            Files.write(commit, whole);
        }
        goesOn(home);
    }

    @Test
    void run_flippedByteInTheChampion_isNamedAndRepairable() throws Exception {
        Path home = copyOfHome();
        String hex = before.versions().get(0).modelFile().digest().hex();
        Path blob;
        try (Stream<Path> files = Files.walk(home.resolve("blobs"))) {
            blob = files.filter(file -> file.toString().replace("/", "").contains(hex))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] whole = flip(blob);
        refuses(walk(home, Walk.FILE, UNTIL), "rides:1", "corrupt");
        Files.write(blob, whole);
        goesOn(home);
    }

    @Test
    void run_fullDisk_isNamedAndGoesOnWhenThereIsRoom() throws Exception {
        try (Disk disk = Disk.mount(folder.resolve("disk"), "96k")) {
            Path home = disk.folder().resolve("home");
            refuses(walk(home, Walk.FILE, UNTIL), home.toString(), "No space left on device");
            disk.remount("size=200k");
            refuses(walk(home, Walk.FILE, UNTIL), home.toString(), "No space left on device");
            disk.remount("size=64m");
            goesOn(home);
        }
    }

    @Test
    void run_readOnlyDisk_isNamedAndGoesOnWhenItCanBeWritten() throws Exception {
        try (Disk disk = Disk.mount(folder.resolve("disk"), "64m")) {
            Path home = disk.folder().resolve("home");
            copy(templates.resolve("home"), home);
            disk.remount("ro");
            refuses(walk(home, Walk.FILE, UNTIL), home.toString(), "Read-only file system");
            Path fresh = disk.folder().resolve("fresh");
            refuses(walk(fresh, Walk.FILE, UNTIL), fresh.toString(), "Read-only file system");
            disk.remount("rw");
            goesOn(home);
        }
    }

    private static void refuses(Program.Ended ended, String... parts) {
        assertThat(ended.exit()).as("exit code").isBetween(1, 2);
        assertThat(ended.err()).as("lines of standard error").hasSize(1);
        assertThat(ended.err().get(0)).contains(parts);
    }

    private void goesOn(Path home) throws Exception {
        Program.Ended ended = walk(home, Walk.FILE, UNTIL);
        assertThat(ended.err()).isEmpty();
        assertThat(ended.exit()).isZero();
        assertThat(ended.out())
                .containsSubsequence(undisturbed.report().table().lines().toList());
        assertThat(Files.readString(home.resolve("report.html"))).endsWith("</html>\n");
    }

    private Program.Ended walk(Path home, Path data, String until) throws IOException, InterruptedException {
        return Program.run(folder, "--data", data.toString(), "--home", home.toString(), "--until", until);
    }

    private static byte[] flip(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[flipped.length / 2] ^= 1;
        Files.write(file, flipped);
        return whole;
    }

    private Path copyOfHome() throws IOException {
        Path home = folder.resolve("copy");
        copy(templates.resolve("home"), home);
        return home;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from).sorted(Comparator.naturalOrder())) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** A file system in memory; skips the test where none may be mounted. */
    private record Disk(Path folder) implements AutoCloseable {
        static Disk mount(Path folder, String size) throws IOException {
            Files.createDirectories(folder);
            int exit = command("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", folder.toString());
            assumeTrue(exit == 0, "Skipped: a tmpfs cannot be mounted here");
            return new Disk(folder);
        }

        void remount(String option) {
            assertThat(command("mount", "-o", "remount," + option, folder.toString()))
                    .isZero();
        }

        @Override
        public void close() {
            assertThat(command("umount", folder.toString())).isZero();
        }

        private static int command(String... words) {
            try {
                Process process = new ProcessBuilder(words)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
            } catch (IOException e) {
                return -1; // no such command on this system
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return -1;
            }
        }
    }
}
