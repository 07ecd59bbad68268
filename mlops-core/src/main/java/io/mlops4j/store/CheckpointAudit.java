package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Checks a checkpoint against its log without holding its state in memory, and without knowing what the state is. */
final class CheckpointAudit {
    private static final int MAX_HEADER = 1 << 16;

    private CheckpointAudit() {}

    static void check(CommitLog log, long number) {
        Key key = Key.of("checkpoints", log.name(), CommitLog.number(number));
        StoredObject object =
                log.store().get(key).orElseThrow(() -> new NotFoundException("There is no checkpoint " + key));
        Checkpoints.Header header;
        Digest state;
        try (InputStream in = new BufferedInputStream(object.open())) {
            header = Json.read(key.value(), line(in), Checkpoints.Header.class);
            state = Digest.of(in);
        } catch (IOException e) {
            throw new StorageException("Cannot read checkpoint " + key, e);
        }
        require(header.number() == number, key, "number " + number, header.number());
        require(state.equals(header.state()), key, "a state with " + header.state(), state);
        Commit commit = log.read(number)
                .orElseThrow(() -> new CorruptionException(
                        "Checkpoint " + key + " is broken: its log has no commit " + number + " any more"));
        Digest hash = commit.position().hash();
        require(
                hash.equals(header.hash()),
                key,
                "one of the log whose commit " + number + " has " + hash,
                header.hash());
    }

    private static byte[] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n' && line.size() < MAX_HEADER; b = in.read()) {
            line.write(b);
        }
        return line.toByteArray();
    }

    private static void require(boolean holds, Key key, String expected, Object found) {
        if (!holds) {
            throw new CorruptionException(
                    "Checkpoint " + key + " is broken: expected " + expected + ", found " + found);
        }
    }
}
