package io.mlops4j.serving;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the process holds of the machine's memory, as Linux tells it. Counts the anonymous part of the resident set where
 * that is told apart, which leaves out the pages of libraries and other files.
 *
 * <p>Immutable.
 */
final class ProcessMemory implements MemoryMeter {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final List<String> FIELDS = List.of("RssAnon", "VmRSS");

    private final Path status;

    ProcessMemory() {
        this(STATUS);
    }

    ProcessMemory(Path status) {
        this.status = status;
    }

    @Override
    public OptionalLong resident() {
        Map<String, String> told = new HashMap<>();
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    told.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty(); // not Linux, or a container that hides it
        }
        for (String field : FIELDS) {
            String digits = told.getOrDefault(field, "").replaceAll("[^0-9]", "");
            if (!digits.isEmpty()) {
                return OptionalLong.of(Math.multiplyExact(Long.parseLong(digits), 1024L));
            }
        }
        return OptionalLong.empty();
    }
}
