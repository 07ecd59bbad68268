package io.mlops4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    private static final Path ROOT = Path.of("root");

    /** What is on disks already: a change here loses objects. */
    @Test
    void file_ofKeys_isWhereItWasInEveryRelease() {
        assertThat(file("a")).isEqualTo(Path.of("root", "a="));
        assertThat(file("logs/rides/00000000000000000001"))
                .isEqualTo(Path.of("root", "logs", "rides", "00000000000000000001="));
        assertThat(file("a.b-c_d/e.json")).isEqualTo(Path.of("root", "a.b-c_d", "e.json="));
        assertThat(file("Rides/Model")).isEqualTo(Path.of("root", "Rides+1", "Model=1"));
        assertThat(file("xY/aBcD")).isEqualTo(Path.of("root", "xY+2", "aBcD=a"));
    }

    @Test
    void ofObject_longestSegment_fitsEveryFileSystem() {
        assertThat(FileNames.ofObject("S".repeat(128))).hasSize(161);
    }

    @Test
    void toKeyPart_foreignNames_isNull() {
        for (String name : new String[] {
            ".temp",
            ".DS_Store",
            "=",
            "+",
            "a=1",
            "A=",
            "A",
            "A=2",
            "A+2",
            "a+",
            "a+1",
            "a==",
            "a=+",
            "A=1=",
            "A=01",
            "lost+found",
            "a~",
            "a b",
            "a.",
            "con",
            "é="
        }) {
            assertThat(FileNames.toKeyPart(name)).as(name).isNull();
        }
    }

    @Property(tries = 500)
    void toKeyPart_undoesBothMappings(
            @ForAll @StringLength(min = 1, max = 9) @CharRange(from = 'A', to = 'z') String s) {
        // The dash keeps it from being the name of a device, such as LPT0.
        String segment = s.replaceAll("[^A-Za-z]", "x") + "-0";
        assertThat(FileNames.toKeyPart(FileNames.ofObject(segment))).isEqualTo(segment);
        assertThat(FileNames.toKeyPart(FileNames.ofFolder(segment))).isEqualTo(segment + "/");
    }

    @Property(tries = 500)
    void ofObject_namesThatDifferInCaseOnly_differWithoutCase(
            @ForAll @StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'c') String lower, @ForAll long flips) {
        String twin = flip(lower, flips);
        boolean same = lower.equals(twin);
        assertThat(fold(FileNames.ofObject(lower)).equals(fold(FileNames.ofObject(twin))))
                .isEqualTo(same);
        assertThat(fold(FileNames.ofFolder(lower)).equals(fold(FileNames.ofFolder(twin))))
                .isEqualTo(same);
        assertThat(fold(FileNames.ofFolder(lower))).isNotEqualTo(fold(FileNames.ofObject(twin)));
    }

    private static String flip(String lower, long flips) {
        var twin = new StringBuilder(lower);
        for (int i = 0; i < lower.length(); i++) {
            if ((flips >> i & 1) == 1) {
                twin.setCharAt(i, Character.toUpperCase(lower.charAt(i)));
            }
        }
        return twin.toString();
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static Path file(String key) {
        return FileNames.file(ROOT, new Key(key));
    }
}
