package io.mlops4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.model.Alias;
import io.mlops4j.model.Artifact;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelName;
import io.mlops4j.registry.Registration;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.CommitLog;
import io.mlops4j.store.Content;
import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile names at every door that takes one: refused at once, by type, and nothing on the disk is touched. */
class BadNamesTest {
    private static final List<String> BAD = List.of(
            "",
            ".",
            "..",
            "../x",
            "../../etc/passwd",
            "/",
            "/etc/passwd",
            "//proc/self/root",
            "a//b",
            "a/",
            "/a",
            "a/../b",
            "a/./b",
            "a\\b",
            "..\\x",
            "C:\\x",
            "C:x",
            "\\\\server\\share",
            "%2e%2e",
            "%2e%2e%2fx",
            "..%2fx",
            "a%00b",
            "a\0b",
            "a\r\nb",
            "a\n",
            "\ta",
            "a\u001b[31m",
            "CON",
            "con",
            "nul.onnx",
            "COM1",
            "Aux.txt",
            "a.",
            "a..",
            "a ",
            " a",
            " ",
            "a b",
            "-a",
            "_a",
            ".a",
            ".temp",
            "~",
            "a?b",
            "a#b",
            "a;b",
            "a:b",
            "a*b",
            "a=b",
            "a+b",
            "a|b",
            "a\"b",
            "a<b",
            "$HOME",
            "${jndi:ldap://x}",
            "file:///etc/passwd",
            "http://127.0.0.1/",
            "\u00e4",
            "\u0430",
            "a\u202eb",
            "\uff0e\uff0e",
            "\ud83d\ude00",
            "\ud800",
            "a".repeat(129),
            "a".repeat(1 << 20),
            "../".repeat(1 << 16));

    /** Good in a key, which has segments, and bad elsewhere. */
    private static final String SEGMENTS = "a/b";

    private static final Duration AT_ONCE = Duration.ofMillis(100);
    private static final ModelName MODEL = ModelName.of("rides");

    @TempDir
    Path temp;

    private static Map<String, Consumer<String>> doors(ObjectStore store) {
        Map<String, Consumer<String>> doors = new LinkedHashMap<>();
        doors.put("model name", ModelName::of);
        doors.put("alias", MODEL::alias);
        doors.put("alias of a model", name -> new Alias(MODEL, name));
        doors.put("file of a version", name -> Registration.of(MODEL).file(name, Content.of(new byte[1])));
        doors.put("artifact", name -> new Artifact(name, Digest.of(new byte[0]), 0));
        doors.put("key", Key::new);
        doors.put("key of segments", name -> Key.of("logs", name));
        doors.put("prefix", Prefix::of);
        doors.put("prefix as it is", name -> new Prefix(name + "/"));
        doors.put("key in a prefix", name -> Prefix.of("logs").key(name));
        doors.put("log", name -> CommitLog.open(store, name, Clock.systemUTC()));
        return doors;
    }

    @Test
    void name_bad_isRefusedAtOnceAtEveryDoor() throws IOException {
        Path root = temp.resolve("store");
        Path canary = Files.writeString(temp.resolve("x"), "canary");
        try (var store = FileObjectStore.open(root)) {
            doors(store).forEach((door, open) -> {
                for (String name : BAD) {
                    long begin = System.nanoTime();
                    assertThatIllegalArgumentException()
                            .as("%s %.40s", door, name)
                            .isThrownBy(() -> open.accept(name))
                            .satisfies(e -> assertThat(e.getMessage())
                                    .hasSizeLessThan(1000)
                                    .matches("[ -~\u2026]*"));
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
                }
            });
        }
        assertThat(canary).hasContent("canary");
        assertThat(entries(temp)).containsExactly("store", "x");
        assertThat(entries(root)).containsExactly(".temp");
        assertThat(entries(root.resolve(".temp"))).isEmpty();
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void name_ofSegments_isRefusedWhereverItIsNoKey() {
        doors(new MemoryObjectStore()).forEach((door, open) -> {
            if (door.contains("key") || door.contains("prefix") || door.equals("log")) {
                open.accept(SEGMENTS);
            } else {
                assertThatIllegalArgumentException().as(door).isThrownBy(() -> open.accept(SEGMENTS));
            }
        });
    }

    @Test
    void model_twinByCase_isRefused() {
        var registry = StoreRegistry.open(new MemoryObjectStore(), Clock.systemUTC());
        registry.register(Registration.of(MODEL).file("model.bin", Content.of(new byte[1])));

        assertThatExceptionOfType(AlreadyExistsException.class)
                .isThrownBy(() -> registry.register(
                        Registration.of(ModelName.of("Rides")).file("model.bin", Content.of(new byte[1]))))
                .withMessageContaining("case");
        assertThat(registry.models()).containsExactly(MODEL);
    }
}
