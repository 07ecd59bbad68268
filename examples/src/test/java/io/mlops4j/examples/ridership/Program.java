package io.mlops4j.examples.ridership;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Runs {@link ClosedLoop} in a JVM of its own. */
final class Program {
    private static final long LIMIT_SECONDS = 120;

    private Program() {}

    /**
     * What a run left behind.
     *
     * @param exit the exit code
     * @param out the lines of standard output
     * @param err the lines of standard error
     */
    record Ended(int exit, List<String> out, List<String> err) {}

    /** Runs to the end. */
    static Ended run(Path folder, String... arguments) throws IOException, InterruptedException {
        Process process = start(folder, arguments);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.toHandle().destroyForcibly();
            throw new AssertionError("The program did not end: " + List.of(arguments));
        }
        return ended(folder, process);
    }

    /** Kills it with SIGKILL as soon as the condition holds; answers whether that was before its end. */
    static boolean kill(Path folder, BooleanSupplier when, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(folder, arguments);
        while (!process.waitFor(1, TimeUnit.MILLISECONDS)) {
            if (when.getAsBoolean()) {
                process.toHandle().destroyForcibly();
                return process.waitFor() != 0;
            }
        }
        return false;
    }

    static int lines(Path folder) {
        try {
            return Files.readAllLines(folder.resolve("out")).size();
        } catch (IOException e) {
            return 0;
        }
    }

    private static Process start(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m"));
        command.addAll(nativeAccess());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ClosedLoop.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    /** Newer JVMs write a warning of their own when a library loads native code without having been allowed to. */
    private static List<String> nativeAccess() {
        return Runtime.version().feature() < 24
                ? List.of()
                : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    private static Ended ended(Path folder, Process process) throws IOException {
        return new Ended(
                process.exitValue(),
                Files.readAllLines(folder.resolve("out")),
                Files.readAllLines(folder.resolve("err")));
    }
}
