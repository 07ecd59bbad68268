package io.mlops4j.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.CorruptionException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplicaTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    /** The texts of all events, in order. */
    private static final class Texts implements Fold<List<String>> {
        @Override
        public List<String> empty() {
            return List.of();
        }

        @Override
        public List<String> apply(List<String> state, List<Commit> commits) {
            List<String> next = new ArrayList<>(state);
            commits.forEach(commit -> next.add(new String(commit.event(), UTF_8)));
            return List.copyOf(next);
        }

        @Override
        public byte[] checkpoint(List<String> state) {
            return String.join("\n", state).getBytes(UTF_8);
        }

        @Override
        public List<String> restore(byte[] checkpoint) {
            return List.of(new String(checkpoint, UTF_8).split("\n"));
        }
    }

    private Replica<List<String>> open() {
        return Replica.open(CommitLog.open(store, "texts", Clock.systemUTC()), new Texts());
    }

    private static Optional<byte[]> event(String text) {
        return Optional.of(text.getBytes(UTF_8));
    }

    @Test
    void update_staleReplica_decidesOnNewestState() {
        Replica<List<String>> a = open();
        Replica<List<String>> b = open();
        a.update(state -> event("a" + state.size()));

        List<String> after = b.update(state -> event("b" + state.size()));

        assertThat(after).containsExactly("a0", "b1");
        assertThat(a.state()).containsExactly("a0");
        assertThat(a.refresh()).containsExactly("a0", "b1");
    }

    @Test
    void update_refused_appendsNothing() {
        Replica<List<String>> replica = open();

        assertThatThrownBy(() -> replica.update(state -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(replica.update(state -> Optional.empty())).isEmpty();
        assertThat(open().state()).isEmpty();
    }

    @Test
    void update_manyWriters_losesNoneAndSkipsNoNumber() throws Exception {
        int writers = 6;
        int each = 50;
        ExecutorService pool = Executors.newFixedThreadPool(writers);
        List<Future<?>> done = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            done.add(pool.submit(() -> {
                Replica<List<String>> replica = open();
                for (int i = 0; i < each; i++) {
                    replica.update(state -> event(Integer.toString(state.size())));
                }
            }));
        }
        for (Future<?> future : done) {
            future.get();
        }
        pool.shutdown();

        List<String> all = open().state();
        assertThat(all).hasSize(writers * each);
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i)).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void open_longLog_startsAtNewestCheckpoint() {
        fill(Checkpoints.EVERY * 2 + 3);
        for (long number = 1; number < Checkpoints.EVERY * 2; number++) {
            store.delete(Key.of("logs/texts", CommitLog.number(number)));
        }

        assertThat(open().state()).hasSize(Checkpoints.EVERY * 2 + 3).endsWith("514");
    }

    @Test
    void checkpoints_longLog_getFartherApartAndOldOnesGo() {
        List<Long> due = LongStream.rangeClosed(1, 20_000)
                .filter(Checkpoints::isDue)
                .boxed()
                .toList();
        for (int i = 1; i < due.size(); i++) {
            long gap = due.get(i) - due.get(i - 1);
            assertThat(gap).isBetween((long) Checkpoints.EVERY, Math.max(Checkpoints.EVERY, due.get(i) / 16));
        }
        assertThat(due).startsWith(256L, 512L, 768L).hasSizeBetween(30, 50);

        fill(Checkpoints.EVERY * 5);

        assertThat(store.list(Prefix.of("checkpoints/texts"), null, 10).keys())
                .containsExactly(checkpoint(3), checkpoint(4), checkpoint(5));
    }

    private static Key checkpoint(int ordinal) {
        return Key.of("checkpoints/texts", CommitLog.number((long) ordinal * Checkpoints.EVERY));
    }

    @Test
    void open_brokenCheckpoint_readsTheLogInstead() {
        fill(Checkpoints.EVERY + 1);
        Key key = Key.of("checkpoints/texts", CommitLog.number(Checkpoints.EVERY));
        byte[] body = store.get(key).orElseThrow().bytes(1 << 20);
        body[body.length - 1]++;
        store.delete(key);
        store.putIfAbsent(key, Content.of(body));

        assertThat(open().state())
                .hasSize(Checkpoints.EVERY + 1)
                .contains("255")
                .doesNotContain("256x");
        assertThat(open().state().get(255)).isEqualTo("255");
    }

    @Test
    void open_checkpointOfAnotherChain_readsTheLogInstead() {
        fill(Checkpoints.EVERY);
        Key key = Key.of("checkpoints/texts", CommitLog.number(Checkpoints.EVERY));
        byte[] state = "forged".getBytes(UTF_8);
        String header = "{\"number\":256,\"hash\":\"sha256:" + "a".repeat(64) + "\",\"state\":\""
                + io.mlops4j.model.Digest.of(state) + "\"}\nforged";
        store.delete(key);
        store.putIfAbsent(key, Content.of(header.getBytes(UTF_8)));

        assertThat(open().state()).hasSize(Checkpoints.EVERY);
    }

    @Test
    void refresh_brokenChain_keepsTheState() {
        Replica<List<String>> replica = open();
        replica.update(state -> event("one"));
        store.putIfAbsent(
                Key.of("logs/texts", CommitLog.number(2)),
                Content.of(
                        ("{\"schema\":1,\"number\":2,\"writer\":\"w\",\"attempt\":1,\"time\":\"2026-01-01T00:00:00Z\","
                                        + "\"previous\":\"sha256:" + "0".repeat(64) + "\"}\nforged")
                                .getBytes(UTF_8)));

        assertThatThrownBy(replica::refresh).isInstanceOf(CorruptionException.class);
        assertThat(replica.state()).containsExactly("one");
    }

    private void fill(int commits) {
        Replica<List<String>> replica = open();
        for (int i = 0; i < commits; i++) {
            String text = Integer.toString(i);
            replica.update(state -> event(text));
        }
    }
}
