package io.mlops4j.serving;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a JVM of its own. */
final class ChildJvm {
    /** How it ended, and what it printed. */
    record Ending(int exitCode, String output) {}

    private ChildJvm() {}

    /** Starts and awaits it; the class path goes by the environment, so that the command line holds only the options. */
    static Ending run(Class<?> main, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add(main.getName());
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put(
                        "CLASSPATH",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("The child JVM did not end: " + output);
        }
        return new Ending(process.exitValue(), output);
    }
}
