package io.mlops4j.tracking;

import static java.util.Objects.requireNonNull;

import io.mlops4j.internal.Names;
import io.mlops4j.internal.Text;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Run ids. The grammar is that of names without dots, which is what tracking servers accept too. New ids begin with the
 * time, so that they sort by it.
 */
final class RunIds {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private RunIds() {}

    static String check(String id) {
        Names.check("run id", requireNonNull(id, "id"));
        if (id.indexOf('.') >= 0) {
            throw new IllegalArgumentException(
                    "Invalid run id " + Text.quote(id) + ": holds a dot, expected [A-Za-z0-9][A-Za-z0-9_-]*");
        }
        return id;
    }

    static String create(Instant now) {
        return "r" + STAMP.format(now)
                + String.format(
                        Locale.ROOT, "-%012x", ThreadLocalRandom.current().nextLong(1L << 48));
    }
}
