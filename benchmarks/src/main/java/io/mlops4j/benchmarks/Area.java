package io.mlops4j.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A part of the library that makes claims of speed; its name in lower case is what the command line takes. */
enum Area {
    /**
     * Single rows through the server, over the runtime that the claim names: the server's own choice for these models is
     * the compiled one. Then what batching costs a lone caller, and what it gains: ratios of time, so that 0.4 is 2.5
     * times the throughput. Then bytes a call, an answer that is in the cache, and what a server costs that is idle.
     */
    SERVING(
            row("linear.onnxruntime.raw-pinned", "onnxServer", "rawPinned", "linear", 1.1),
            row("linear.onnxruntime.nested-arrays", "onnxServer", "nestedArrays", "linear", 0.33),
            row("linear.onnxruntime.djl", "onnxServer", "djl", "linear", 0.33),
            row("linear.compiled.nested-arrays", "server", "nestedArrays", "linear", 0.33),
            row("linear.compiled.djl", "server", "djl", "linear", 0.33),
            row("gbdt.onnxruntime.raw-pinned", "onnxServer", "rawPinned", "gbdt", 1.1),
            row("gbdt.compiled.raw-pinned", "server", "rawPinned", "gbdt", 0.75),
            row("gbdt.compiled.nested-arrays", "server", "nestedArrays", "gbdt", 0.33),
            row("gbdt.compiled.djl", "server", "djl", "gbdt", 0.33),
            row("mlp.batching.unbatched", "batchingServer", "server", "mlp", 1.05),
            batching("small.64-outstanding", OutstandingBenchmark.class, 0.4),
            batching("wide.64-callers", CallersBenchmark.class, 0.25),
            Claim.of(
                    "serving.batching.wide.64-callers.by-hand",
                    CallersBenchmark.class,
                    "batched",
                    "byHand",
                    null,
                    1.15),
            Claim.printed(
                    "serving.batching.wide.64-callers.least",
                    CallersBenchmark.class,
                    "nothingHandedOver",
                    "plain",
                    () -> "what this machine leaves to gain: full batches alone, no caller is woken"),
            batching("wide.64-virtual-callers", VirtualCallersBenchmark.class, 0.25)
                    .since(VirtualCallersBenchmark.JDK),
            Claim.of("serving.allocation.raw-pinned-and-64b", AllocationBenchmark.class, "server", "rawAnd64", null, 1),
            Claim.of("serving.cache.hit.300ns", CacheBenchmark.class, "hit", Duration.ofNanos(300)),
            Claim.of("serving.idle.1ms-a-second", IdleBenchmark.class, "spent", Duration.ofMillis(1)),
            Claim.printed(
                    "serving.minilm.32-texts.32-requests",
                    EmbeddingBenchmark.class,
                    "together",
                    "oneByOne",
                    () -> "batching " + EmbeddingBenchmark.batchability())),

    /** Publishing, moving, resolving, opening. */
    REGISTRY(
            Claim.of("registry.publish.by-hand", PublishBenchmark.class, "publish", "byHand", null, 1.3),
            Claim.of("registry.publish-again.sha256", PublishBenchmark.class, "publishAgain", "sha256", null, 1.15),
            Claim.of("registry.move.durable-replace", MoveBenchmark.class, "move", "durableReplace", null, 2.5),
            Claim.of("registry.s3.publish.sdk-put", S3PublishBenchmark.class, "publish", "sdkPut", null, 1.15),
            Claim.of(
                    "registry.s3.publish.sdk-multipart",
                    S3PublishBenchmark.class,
                    "publishInParts",
                    "sdkMultipart",
                    null,
                    1.15),
            Claim.of("registry.resolve.50ns", ResolveBenchmark.class, "resolve", Duration.ofNanos(50)),
            Claim.of("registry.open-10k.300ms", OpenBenchmark.class, "open", Duration.ofMillis(300)));

    @SuppressWarnings("ImmutableEnumChecker") // List.of makes it so
    private final List<Claim> claims;

    Area(Claim... claims) {
        this.claims = List.of(claims);
    }

    private static Claim row(String name, String ours, String rival, String model, double goal) {
        return Claim.of("serving.row." + name, SingleRowBenchmark.class, ours, rival, model, goal);
    }

    private static Claim batching(String name, Class<?> benchmark, double goal) {
        return Claim.of("serving.batching." + name, benchmark, "batched", "plain", null, goal);
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
