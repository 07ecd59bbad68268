package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.ConflictException;
import io.mlops4j.CorruptionException;
import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommitLogTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC);

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final CommitLog log = CommitLog.open(memory, "test", CLOCK);

    @Test
    void append_chainsCommits() {
        Commit first = log.append(CommitLog.Position.START, bytes("one"));
        Commit second = log.append(first.position(), bytes("two"));

        List<Commit> read = CommitLog.open(memory, "test", CLOCK).read(CommitLog.Position.START, 10);

        assertThat(read).extracting(Commit::number).containsExactly(1L, 2L);
        assertThat(read).extracting(commit -> new String(commit.event(), UTF_8)).containsExactly("one", "two");
        assertThat(read.get(1).position()).isEqualTo(second.position());
        assertThat(read.get(0).time()).isEqualTo(CLOCK.instant());
    }

    @Test
    void append_atTakenNumber_isConflict() {
        log.append(CommitLog.Position.START, bytes("one"));
        CommitLog other = CommitLog.open(memory, "test", CLOCK);

        assertThatThrownBy(() -> other.append(CommitLog.Position.START, bytes("one")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("commit 1 to log test");
        assertThat(log.read(CommitLog.Position.START, 10)).hasSize(1);
    }

    @Test
    void read_rewrittenCommit_isCorruption() {
        Commit first = log.append(CommitLog.Position.START, bytes("one"));
        log.append(first.position(), bytes("two"));
        replace(1, CommitFormat.encode(first.header(), bytes("ONE")));

        assertThatThrownBy(() -> log.read(CommitLog.Position.START, 10))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("broken at commit 2");
    }

    @Test
    void read_flippedByteInTheNewestCommit_isCorruption() {
        log.append(CommitLog.Position.START, bytes("one"));
        byte[] body = memory.get(Key.of("logs/test", CommitLog.number(1)))
                .orElseThrow()
                .bytes(1000);
        body[body.length - 1] = 'X';
        replace(1, body);

        assertThatThrownBy(() -> log.read(CommitLog.Position.START, 10))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("commit 1 of log test");
        assertThatThrownBy(() -> log.read(1)).isInstanceOf(CorruptionException.class);
    }

    private void replace(long number, byte[] body) {
        Key key = Key.of("logs/test", CommitLog.number(number));
        memory.delete(key);
        memory.putIfAbsent(key, Content.of(body));
    }

    @Test
    void read_swappedCommits_isCorruption() {
        Commit first = log.append(CommitLog.Position.START, bytes("one"));
        log.append(first.position(), bytes("two"));
        Key key = Key.of("logs/test", CommitLog.number(1));
        Key next = Key.of("logs/test", CommitLog.number(2));
        byte[] two = memory.get(next).orElseThrow().bytes(1000);
        memory.delete(key);
        memory.putIfAbsent(key, Content.of(two));

        assertThatThrownBy(() -> log.read(CommitLog.Position.START, 10))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("says it is commit 2");
    }

    @Test
    void read_garbage_isCorruption() {
        memory.putIfAbsent(Key.of("logs/test", CommitLog.number(1)), Content.of(bytes("{}")));

        assertThatThrownBy(() -> log.read(1)).isInstanceOf(CorruptionException.class);
    }

    @Test
    void append_replyLostButWritten_isOurs() {
        CommitLog lossy = CommitLog.open(new Lossy(memory, true), "test", CLOCK);

        Commit commit = lossy.append(CommitLog.Position.START, bytes("one"));

        assertThat(commit.number()).isEqualTo(1);
        assertThat(log.read(CommitLog.Position.START, 10)).hasSize(1);
    }

    @Test
    void append_lostBeforeWritten_isSentAgain() {
        CommitLog lossy = CommitLog.open(new Lossy(memory, false), "test", CLOCK);

        Commit commit = lossy.append(CommitLog.Position.START, bytes("one"));

        assertThat(commit.number()).isEqualTo(1);
        assertThat(log.read(CommitLog.Position.START, 10)).hasSize(1);
    }

    @Test
    void append_replyLostAndOtherWasFirst_isConflict() {
        log.append(CommitLog.Position.START, bytes("theirs"));
        CommitLog lossy = CommitLog.open(new Lossy(memory, true), "test", CLOCK);

        assertThatThrownBy(() -> lossy.append(CommitLog.Position.START, bytes("ours")))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void append_neverSettled_isOutcomeUnknown() {
        CommitLog lossy = CommitLog.open(new Lossy(memory, false, false, false, false), "test", CLOCK);

        assertThatThrownBy(() -> lossy.append(CommitLog.Position.START, bytes("one")))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @Test
    void append_unknownThenAFailedResend_isStillUnknown() {
        var late = new Lossy(memory, false) {
            @Override
            PutOutcome answer(Key key, Content content) {
                throw new StorageException("nothing of this send was written");
            }
        };
        CommitLog lossy = CommitLog.open(late, "test", CLOCK);

        assertThatThrownBy(() -> lossy.append(CommitLog.Position.START, bytes("one")))
                .as("the first send may still land")
                .isInstanceOf(OutcomeUnknownException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void append_takenButUnreadable_isOutcomeUnknown() {
        var sentTwice = new Lossy(memory) {
            @Override
            PutOutcome answer(Key key, Content content) {
                super.answer(key, content);
                return super.answer(key, content);
            }

            @Override
            public Optional<StoredObject> get(Key key) {
                throw new StorageException("nothing can be read");
            }
        };
        CommitLog lossy = CommitLog.open(sentTwice, "test", CLOCK);

        assertThatThrownBy(() -> lossy.append(CommitLog.Position.START, bytes("one")))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(log.read(CommitLog.Position.START, 10)).hasSize(1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Loses the reply of the first puts: true after the write has landed, false before. */
    private static class Lossy extends PassingStore {
        private final Deque<Boolean> losses = new ArrayDeque<>();

        Lossy(ObjectStore inner, Boolean... landed) {
            super(inner);
            losses.addAll(List.of(landed));
        }

        @Override
        public PutOutcome putIfAbsent(Key key, Content content) {
            Boolean landed = losses.poll();
            if (landed == null) {
                return answer(key, content);
            }
            if (landed) {
                super.putIfAbsent(key, content);
            }
            throw new OutcomeUnknownException("The reply to put " + key + " was lost");
        }

        PutOutcome answer(Key key, Content content) {
            return super.putIfAbsent(key, content);
        }
    }
}
