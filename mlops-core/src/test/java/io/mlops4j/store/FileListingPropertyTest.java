package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Listings of a directory against what a sorted set says. */
class FileListingPropertyTest {
    private Path directory = Path.of("");

    @BeforeTry
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory("listing");
    }

    @AfterTry
    void removeDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(tries = 150)
    void list_isWhatASortedSetSays(
            @ForAll @Size(max = 25) Set<@From("keys") String> keys,
            @ForAll @Size(min = 1, max = 4) List<@From("keys") String> afters,
            @ForAll("prefixes") String prefix,
            @ForAll @IntRange(min = 1, max = 30) int limit)
            throws IOException {
        for (String key : keys) {
            Path file = FileNames.file(directory, new Key(key));
            Files.createDirectories(FileKinds.parent(file));
            Files.createFile(file);
        }
        try (var store = FileObjectStore.open(directory)) {
            for (String after : afters) {
                List<String> expected = new TreeSet<>(keys)
                        .tailSet(after, false).stream()
                                .filter(key -> key.startsWith(prefix))
                                .toList();
                KeyPage page = store.list(new Prefix(prefix), new Key(after), limit);
                assertThat(page.keys())
                        .extracting(Key::value)
                        .isEqualTo(expected.subList(0, Math.min(limit, expected.size())));
                assertThat(page.more()).isEqualTo(expected.size() > limit);
            }
        }
    }

    /** Few segments, chosen to sort differently as names and within keys, so that keys nest and collide. */
    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of("a", "a-b", "a.b", "a_", "a0", "A", "b")
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(segments -> String.join("/", segments));
    }

    @Provide
    Arbitrary<String> prefixes() {
        return Arbitraries.oneOf(
                Arbitraries.just(""), keys().map(key -> key.substring(0, 1) + "/"), keys().map(key -> key + "/"));
    }
}
