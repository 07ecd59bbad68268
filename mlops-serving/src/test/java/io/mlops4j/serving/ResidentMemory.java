package io.mlops4j.serving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the process holds of the machine's memory, as Linux tells it. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    static boolean isTold() {
        return Files.isReadable(STATUS);
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
