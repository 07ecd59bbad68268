package io.mlops4j.benchmarks;

import java.util.List;

/**
 * A part of the library that makes claims of speed.
 *
 * <p>Immutable.
 *
 * @param name what it is called on the command line
 * @param benchmark the class whose methods the claims compare
 * @param claims the claims; copied
 */
record Area(String name, Class<?> benchmark, List<Claim> claims) {
    private static final List<Area> ALL = List.of(new Area(
            "serving",
            SingleRowBenchmark.class,
            List.of(
                    new Claim("serving.row.linear.raw-pinned", "server", "rawPinned", "linear", 1.25),
                    new Claim("serving.row.linear.nested-arrays", "server", "nestedArrays", "linear", 0.4),
                    new Claim("serving.row.linear.djl", "server", "djl", "linear", 0.4),
                    new Claim("serving.row.gbdt.raw-pinned", "server", "rawPinned", "gbdt", 1.25),
                    new Claim("serving.row.gbdt.nested-arrays", "server", "nestedArrays", "gbdt", 0.4),
                    new Claim("serving.row.gbdt.djl", "server", "djl", "gbdt", 0.4))));

    Area {
        claims = List.copyOf(claims);
    }

    /**
     * The models that the claims speak of.
     *
     * @return values of the benchmark's {@code model} parameter
     */
    String[] models() {
        return claims.stream().map(Claim::model).distinct().toArray(String[]::new);
    }

    /**
     * Finds an area.
     *
     * @param name as on the command line
     * @return the area
     * @throws IllegalArgumentException if there is none of that name
     */
    static Area named(String name) {
        return ALL.stream()
                .filter(area -> area.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Unknown area \"" + name + "\": expected one of "
                        + ALL.stream().map(Area::name).toList()));
    }
}
