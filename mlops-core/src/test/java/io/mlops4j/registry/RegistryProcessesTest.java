package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.store.Commit;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes register into one directory. */
class RegistryProcessesTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final int EACH = 200;

    @TempDir
    Path directory;

    /** The child: directory, name, number of versions. */
    static final class Registrar {
        private Registrar() {}

        public static void main(String[] args) {
            try (var store = FileObjectStore.open(Path.of(args[0]))) {
                var registry = StoreRegistry.open(store, Clock.systemUTC());
                for (int i = 0; i < Integer.parseInt(args[2]); i++) {
                    registry.register(Registration.of(RIDES)
                            .file("model.onnx", Content.of((args[1] + i).getBytes(UTF_8)))
                            .tag("by", args[1]));
                }
            }
        }
    }

    @Test
    @Timeout(120)
    void twoProcesses_register200Each_400VersionsInAnUnbrokenChain() throws Exception {
        List<Process> children = List.of(start("one"), start("two"));
        for (Process child : children) {
            assertThat(child.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).isZero();
        }

        try (var store = FileObjectStore.open(directory)) {
            List<ModelVersion> versions =
                    StoreRegistry.open(store, Clock.systemUTC()).versions(RIDES);
            assertThat(versions).hasSize(2 * EACH);
            assertThat(versions.stream().map(ModelVersion::digest).distinct()).hasSize(2 * EACH);
            assertThat(versions).extracting(version -> version.tags().get("by")).contains("one", "two");
            // Reading checks each commit's hash against the one before it.
            List<Commit> chain =
                    CommitLog.open(store, "registry", Clock.systemUTC()).read(CommitLog.Position.START, 10 * EACH);
            assertThat(chain).hasSize(2 * EACH);
        }
    }

    private Process start(String name) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Registrar.class.getName()));
        command.addAll(List.of(directory.toString(), name, Integer.toString(EACH)));
        return new ProcessBuilder(command).inheritIO().start();
    }
}
