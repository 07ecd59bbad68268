package io.mlops4j.store;

import io.mlops4j.CorruptionException;
import io.mlops4j.MlopsException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Write-once snapshots of a log's state, {@code checkpoints/<log>/<20 digits>}, so that opening a long log is cheap.
 * They are a speed-up only: one that is missing, torn, from another version or from another chain is passed over, and
 * the log itself is read instead.
 *
 * <p>Thread-safe.
 */
final class Checkpoints<S> {
    /** The least number of commits between two checkpoints. */
    static final int EVERY = 256;
    /**
     * A checkpoint holds the whole state, which may grow with the log. So the distance to the next one grows as well:
     * this part of the log at most is read beyond the newest checkpoint, and for each commit the writing of checkpoints
     * costs at most this many times what the commit adds to the state.
     */
    private static final int SHARE = 16;
    /** Superseded checkpoints that stay, for readers that are about to read one, and in case the newest is broken. */
    private static final int KEPT = 2;

    private static final int MAX_CHECKPOINT = 256 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final CommitLog log;
    private final Fold<S> fold;
    private final Prefix folder;

    Checkpoints(CommitLog log, Fold<S> fold) {
        this.log = log;
        this.fold = fold;
        this.folder = Prefix.of("checkpoints", log.name());
    }

    record Header(long number, Digest hash, Digest state) {}

    /** Writes a checkpoint if this position is due one; a failure costs speed later, not correctness now. */
    void write(Replica.At<S> at) {
        long number = at.position().number();
        if (!isDue(number)) {
            return;
        }
        try {
            byte[] state = fold.checkpoint(at.state());
            var body = new ByteArrayOutputStream(state.length + 256);
            body.writeBytes(Json.write(new Header(number, at.position().hash(), Digest.of(state))));
            body.write('\n');
            body.writeBytes(state);
            log.store().putIfAbsent(folder.key(CommitLog.number(number)), Content.of(body.toByteArray()));
            removeSuperseded();
        } catch (MlopsException e) {
            LOG.warn(
                    "Could not write or tidy checkpoint {} of log {}; opening it may read more commits",
                    number,
                    log.name(),
                    e);
        }
    }

    /** Decided by the number alone, so that of all writers exactly one writes each checkpoint: that of its commit. */
    static boolean isDue(long number) {
        long due = EVERY;
        while (due < number) {
            due += Math.max(EVERY, due / SHARE / EVERY * EVERY);
        }
        return due == number;
    }

    /** No log refers to checkpoints, so they may go: a reader that misses one takes another. */
    private void removeSuperseded() {
        List<Key> keys = keys();
        keys.subList(0, Math.max(0, keys.size() - 1 - KEPT)).forEach(log.store()::delete);
    }

    /** The newest checkpoint that can be trusted, or the start. */
    Replica.At<S> newest() {
        List<Key> keys = keys();
        for (int i = keys.size() - 1; i >= 0; i--) {
            try {
                return read(keys.get(i));
            } catch (MlopsException e) {
                LOG.warn("Passing over checkpoint {}", keys.get(i), e);
            }
        }
        return new Replica.At<>(CommitLog.Position.START, fold.empty());
    }

    private List<Key> keys() {
        List<Key> keys = new ArrayList<>();
        KeyPage page;
        do {
            Key last = keys.isEmpty() ? null : keys.get(keys.size() - 1);
            page = log.store().list(folder, last, ObjectStore.MAX_PAGE);
            keys.addAll(page.keys());
        } while (page.more());
        return keys;
    }

    private Replica.At<S> read(Key key) {
        byte[] body = log.store()
                .get(key)
                .orElseThrow(() -> new CorruptionException("Checkpoint " + key + " is gone"))
                .bytes(MAX_CHECKPOINT);
        int line = 0;
        while (line < body.length && body[line] != '\n') {
            line++;
        }
        var header = Json.read(key.value(), Arrays.copyOf(body, line), Header.class);
        byte[] state = Arrays.copyOfRange(body, Math.min(line + 1, body.length), body.length);
        boolean whole = Digest.of(state).equals(header.state());
        boolean ofThisChain = log.read(header.number())
                .map(commit -> commit.position().hash().equals(header.hash()))
                .orElse(false);
        if (!whole || !ofThisChain || !key.value().endsWith(CommitLog.number(header.number()))) {
            throw new CorruptionException("Checkpoint " + key + " does not match its log");
        }
        return new Replica.At<>(new CommitLog.Position(header.number(), header.hash()), fold.restore(state));
    }
}
