package io.mlops4j.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.model.ModelName;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * A process that registers versions and moves an alias to each third of them, until it is killed, and says a line for
 * each when it has been done: what, its label, the version's number, and a full stop, by which a line is known to be
 * whole.
 */
final class KilledRegistrar {
    static final ModelName MODEL = ModelName.of("rides");

    private KilledRegistrar() {}

    /** Arguments: directory, name of the writer. */
    public static void main(String[] args) {
        try (var store = FileObjectStore.open(Path.of(args[0]))) {
            var registry = StoreRegistry.open(store, Clock.systemUTC());
            for (int i = 0; ; i++) {
                String label = args[1] + "-" + i;
                ModelVersion version = registry.register(
                        Registration.of(MODEL).file("model.bin", content(label)).tag("label", label));
                say("registered", label, version.id().number());
                if (i % 3 == 0) {
                    registry.move(MODEL.alias("champion")).to(version).because(label, "test");
                    say("moved", label, version.id().number());
                }
            }
        }
    }

    private static void say(String what, String label, int number) {
        System.out.println(what + " " + label + " " + number + " .");
        System.out.flush();
    }

    /** Some pages that follow from the label. */
    static Content content(String label) {
        return Content.of((label + " ").repeat(1000).getBytes(UTF_8));
    }

    static Running start(Path directory, String name) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledRegistrar.class.getName(),
                        directory.toString(),
                        name))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Running(process, process.inputReader(UTF_8));
    }

    /** A process and what it says. */
    record Running(Process process, BufferedReader out) {}
}
