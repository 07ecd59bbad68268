package io.mlops4j.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Artifacts much larger than the heap: 256 MiB in 48 MiB; with the profile {@code campaign}, 2 GiB in 128 MiB. */
class HugeArtifactTest {
    private static final boolean CAMPAIGN = Boolean.getBoolean("campaign");
    private static final long SIZE = CAMPAIGN ? 2L << 30 : 256L << 20;
    private static final String HEAP = CAMPAIGN ? "-Xmx128m" : "-Xmx48m";

    @TempDir
    Path directory;

    @Test
    void folder_holdsMoreThanTheHeap() throws Exception {
        storeAndFetch(directory.toString());
    }

    @Test
    void bucket_holdsMoreThanTheHeap() throws Exception {
        try (S3Server server = S3Server.in(directory)) {
            storeAndFetch(server.uri().toString());
        }
    }

    private static void storeAndFetch(String where) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HugeArtifact.class.getName(),
                        where,
                        Long.toString(SIZE)))
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("FETCHED " + SIZE);
        System.out.println(output.lines()
                .filter(line -> line.startsWith("FETCHED"))
                .findFirst()
                .orElseThrow());
    }
}
