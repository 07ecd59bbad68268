package io.mlops4j.pipeline;

import static java.util.Objects.requireNonNull;

import io.mlops4j.model.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Collects what a step's result depends on into one digest: its inputs by the digest of their content (never by name or
 * time alone, which go stale), its parameters, and its code. The order of calls does not matter.
 *
 * <pre>{@code
 * StepKey.ofCode(commit).input("rides.csv", csv).parameter("trees", "200").digest()
 * }</pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class StepKey {
    private final SortedMap<String, String> parts = new TreeMap<>();

    private StepKey() {}

    /**
     * Begins a key.
     *
     * @param version the version of the code that does the step, such as its commit
     * @return a key
     */
    public static StepKey ofCode(String version) {
        return new StepKey().put("code", "", version);
    }

    /**
     * Adds an input.
     *
     * @param name names it among the inputs
     * @param content the digest of its content
     * @return this key
     * @throws IllegalArgumentException if there is an input of that name
     */
    public StepKey input(String name, Digest content) {
        return put("input", name, content.toString());
    }

    /**
     * Adds a parameter.
     *
     * @param name names it among the parameters
     * @param value its value as text
     * @return this key
     * @throws IllegalArgumentException if there is a parameter of that name
     */
    public StepKey parameter(String name, String value) {
        return put("parameter", name, value);
    }

    private StepKey put(String kind, String name, String value) {
        requireNonNull(value, "value");
        if (parts.putIfAbsent(kind + ' ' + requireNonNull(name, "name"), value) != null) {
            throw new IllegalArgumentException(
                    "Cannot add " + kind + " " + name + " to a step key: it is there already");
        }
        return this;
    }

    /**
     * The key so far.
     *
     * @return equal for equal parts, and for those alone
     */
    public Digest digest() {
        MessageDigest sha = Digest.sha256();
        for (Map.Entry<String, String> part : parts.entrySet()) {
            feed(sha, part.getKey());
            feed(sha, part.getValue());
        }
        return Digest.of(sha);
    }

    /** Length first, so that no two lists of texts feed the same bytes. */
    private static void feed(MessageDigest sha, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha.update(bytes);
    }
}
