package io.mlops4j.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A part of the library that makes claims of speed; its name in lower case is what the command line takes. */
enum Area {
    /** Single rows through the server. */
    SERVING(
            Claim.of("serving.row.linear.raw-pinned", SingleRowBenchmark.class, "server", "rawPinned", "linear", 1.25),
            Claim.of(
                    "serving.row.linear.nested-arrays",
                    SingleRowBenchmark.class,
                    "server",
                    "nestedArrays",
                    "linear",
                    0.4),
            Claim.of("serving.row.linear.djl", SingleRowBenchmark.class, "server", "djl", "linear", 0.4),
            Claim.of("serving.row.gbdt.raw-pinned", SingleRowBenchmark.class, "server", "rawPinned", "gbdt", 1.25),
            Claim.of("serving.row.gbdt.nested-arrays", SingleRowBenchmark.class, "server", "nestedArrays", "gbdt", 0.4),
            Claim.of("serving.row.gbdt.djl", SingleRowBenchmark.class, "server", "djl", "gbdt", 0.4)),

    /** Publishing, moving, resolving, opening. */
    REGISTRY(
            Claim.of("registry.publish.by-hand", PublishBenchmark.class, "publish", "byHand", null, 1.3),
            Claim.of("registry.publish-again.sha256", PublishBenchmark.class, "publishAgain", "sha256", null, 1.15),
            Claim.of("registry.move.durable-replace", MoveBenchmark.class, "move", "durableReplace", null, 2.5),
            Claim.of("registry.resolve.50ns", ResolveBenchmark.class, "resolve", Duration.ofNanos(50)),
            Claim.of("registry.open-10k.300ms", OpenBenchmark.class, "open", Duration.ofMillis(300)));

    private final List<Claim> claims;

    Area(Claim... claims) {
        this.claims = List.of(claims);
    }

    List<Claim> claims() {
        return claims;
    }

    /**
     * Finds an area.
     *
     * @param name as on the command line
     * @return the area
     * @throws IllegalArgumentException if there is none of that name
     */
    static Area named(String name) {
        for (Area area : values()) {
            if (area.toString().equals(name)) {
                return area;
            }
        }
        throw new IllegalArgumentException("Unknown area \"" + name + "\": expected one of " + List.of(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
