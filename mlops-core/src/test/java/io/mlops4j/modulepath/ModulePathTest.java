package io.mlops4j.modulepath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the module path can show: that every package that is read by reflection is opened. */
class ModulePathTest {
    private static final List<String> DEPENDENCIES = List.of(
            "jackson-annotations",
            "jackson-core",
            "jackson-databind",
            "jackson-datatype-",
            "slf4j-api",
            "micrometer-",
            "jspecify",
            "HdrHistogram",
            "LatencyUtils");

    @TempDir
    Path folder;

    @Test
    void core_onTheModulePath_writesCheckpointsAndReadsThemBack() throws IOException, InterruptedException {
        assertThat(run("write")).isEqualTo("300 versions, module io.mlops4j.core");
        assertThat(run("read")).isEqualTo("300 versions, module io.mlops4j.core");
    }

    private String run(String what) throws IOException, InterruptedException {
        String classPath = System.getProperty("java.class.path");
        String modules = Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> entry.endsWith(
                                Path.of("mlops-core", "target", "classes").toString())
                        || DEPENDENCIES.stream()
                                .anyMatch(name -> new File(entry).getName().startsWith(name)))
                .collect(Collectors.joining(File.pathSeparator));
        String tests = Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> entry.endsWith("test-classes"))
                .findFirst()
                .orElseThrow();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--module-path",
                        modules,
                        "--add-modules",
                        "io.mlops4j.core",
                        "-cp",
                        tests,
                        ModulePathProgram.class.getName(),
                        what,
                        folder.resolve("home").toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(out + Files.readString(folder.resolve("errors")))
                .isZero();
        return out.strip();
    }
}
