package io.mlops4j.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the process holds of the machine's memory, as Linux tells it. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    static boolean isTold() {
        return Files.isReadable(STATUS);
    }

    /**
     * Runs a main class in a JVM whose resident set grows by native memory only: the heap is all there and touched from the
     * first moment, malloc keeps to one arena, and no optimising compiler works in the background.
     */
    static ChildJvm.Ending runChild(Class<?> main, String... properties) throws IOException, InterruptedException {
        List<String> options =
                new ArrayList<>(List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"));
        options.addAll(List.of(properties));
        return ChildJvm.run(main, Map.of("MALLOC_ARENA_MAX", "1"), options.toArray(String[]::new));
    }

    /** The resident set now, in KiB. */
    static long kibibytes() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException(STATUS + " tells no resident set");
    }

    /** The slope of a line through equidistant samples, by least squares; per sample. */
    static double slope(List<Long> samples) {
        double middle = (samples.size() - 1) / 2.0;
        double mean = samples.stream().mapToLong(Long::longValue).average().orElseThrow();
        double both = 0;
        double square = 0;
        for (int i = 0; i < samples.size(); i++) {
            both += (i - middle) * (samples.get(i) - mean);
            square += (i - middle) * (i - middle);
        }
        return both / square;
    }
}
