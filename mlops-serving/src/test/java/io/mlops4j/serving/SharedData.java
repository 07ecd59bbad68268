package io.mlops4j.serving;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the data that lies beside this checkout. */
final class SharedData {
    private SharedData() {}

    /** The folder {@code shared/data} beside some folder above, or a path that does not exist. */
    static Path folder() {
        Path here = Path.of("").toAbsolutePath();
        for (Path folder = here; folder != null; folder = folder.getParent()) {
            Path data = folder.resolveSibling("shared").resolve("data");
            if (Files.isDirectory(data)) {
                return data;
            }
        }
        return here.resolve("shared").resolve("data");
    }
}
