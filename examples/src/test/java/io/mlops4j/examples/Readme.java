package io.mlops4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The README, and the parts of sources that it shows. */
public final class Readme {
    private static final String BEGIN = "// README: begin\n";

    private Readme() {}

    /** The README. */
    public static String text() throws IOException {
        return Files.readString(Path.of("..", "README.md"));
    }

    /** What the README must hold: the marked part of a class's source, as a block of code. */
    public static String block(Class<?> shown) throws IOException {
        Path file = Path.of("src", "main", "java").resolve(shown.getName().replace('.', '/') + ".java");
        String source = Files.readString(file);
        String region = source.substring(source.indexOf(BEGIN) + BEGIN.length(), source.indexOf("// README: end"));
        String code = region.lines()
                .map(line -> line.isBlank() ? "" : line.substring(8))
                .collect(Collectors.joining("\n"));
        return "```java\n" + code.stripTrailing() + "\n```";
    }
}
