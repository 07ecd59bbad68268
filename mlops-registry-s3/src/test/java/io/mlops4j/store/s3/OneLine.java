package io.mlops4j.store.s3;

import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A store at the far end of a line that is faultless until it is told otherwise.
 *
 * <p>Thread-safe.
 */
final class OneLine implements AutoCloseable {
    static final Key KEY = Key.of("logs/1");

    /** Longer content is sent in parts; shorter content, of more than a part, is streamed. */
    static final int PARTS_ABOVE = 6 << 20;

    private volatile Function<FaultyLine.Request, Fault> script = request -> Fault.NONE;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final FaultyLine line;
    private final S3Bucket bucket;
    private final ObjectStore store;

    OneLine() throws IOException {
        line = FaultyLine.to(S3Server.shared().uri(), request -> {
            requests.add(request.method() + " " + request.target());
            return script.apply(request);
        });
        bucket = S3Server.to(line.uri())
                .withTimeout(Duration.ofSeconds(5))
                .retrying(new Retries(4, Duration.ofMillis(1), Duration.ofMillis(2)))
                .open();
        store = S3ObjectStore.in(bucket)
                .under(Prefix.of("line", UUID.randomUUID().toString()))
                .withPartSize(S3ObjectStoreBuilder.MIN_PART_SIZE)
                .inPartsAbove(PARTS_ABOVE)
                .open();
        requests.clear();
    }

    void script(Function<FaultyLine.Request, Fault> next) {
        script = next;
    }

    /** Does something to the first requests of a kind, one after the other, and nothing to all later ones. */
    void script(String method, Fault... faults) {
        var left = new ConcurrentLinkedQueue<>(List.of(faults));
        script = request -> {
            Fault fault = request.method().equals(method) ? left.poll() : null;
            return fault == null ? Fault.NONE : fault;
        };
    }

    ObjectStore store() {
        return store;
    }

    Connection connection() {
        return bucket.connection();
    }

    /** Method and target of each request since the store was opened. */
    List<String> requests() {
        return requests;
    }

    PutOutcome put(String text) {
        return store.putIfAbsent(KEY, Content.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    String text() {
        return new String(store.get(KEY).orElseThrow().bytes(1000), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        store.close();
        bucket.close();
        line.close();
    }
}
