package io.mlops4j.testkit;

import static io.mlops4j.testkit.ScriptedStore.Operation.DELETE;
import static io.mlops4j.testkit.ScriptedStore.Operation.GET;
import static io.mlops4j.testkit.ScriptedStore.Operation.LIST;
import static io.mlops4j.testkit.ScriptedStore.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScriptedStoreTest {
    private static final Key A = new Key("logs/a");
    private static final Key B = new Key("logs/b");
    private static final Key ELSEWHERE = new Key("blobs/a");
    private static final byte[] BYTES = {1, 2, 3, 4, 5, 6, 7, 8};

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final ScriptedStore store = ScriptedStore.over(memory);

    private PutOutcome put(Key key) {
        return store.putIfAbsent(key, Content.of(BYTES));
    }

    private void assertFails(Key key) {
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> put(key))
                .withMessageContaining(key.value());
        assertThat(memory.get(key)).isEmpty();
    }

    private void assertUnknown(Key key) {
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> put(key))
                .withMessageContaining(key.value());
    }

    @Test
    void fails_underAPrefix_onlyThereAndNothingIsWritten() {
        store.on(PUT).under("logs").fails();

        assertFails(A);
        assertThat(put(ELSEWHERE)).isEqualTo(PutOutcome.CREATED);
        assertThat(store.struck()).isEqualTo(1);
    }

    @Test
    void call_nth_countsOnlyItsOwn() {
        store.on(PUT).under("logs").call(2).fails();

        put(new Key("logs/1"));
        put(ELSEWHERE);
        store.get(A);
        assertFails(A);
        assertThat(put(A)).isEqualTo(PutOutcome.CREATED);
    }

    @Test
    void firstCalls_and_fromCall_boundWhatIsStruck() {
        store.on(PUT).at(A).firstCalls(2).fails();
        store.on(PUT).at(B).fromCall(2).fails();

        assertFails(A);
        assertFails(A);
        assertThat(put(A)).isEqualTo(PutOutcome.CREATED);
        assertThat(put(B)).isEqualTo(PutOutcome.CREATED);
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> put(B));
    }

    @Test
    void withProbability_sameSeed_sameChoice() {
        List<Integer> first = struckOf(7);

        assertThat(struckOf(7)).isEqualTo(first);
        assertThat(struckOf(8)).isNotEqualTo(first);
        assertThat(first).hasSizeBetween(20, 80);
        assertThatIllegalArgumentException().isThrownBy(() -> store.on(PUT).withProbability(1.1, 1));
    }

    private static List<Integer> struckOf(long seed) {
        ScriptedStore scripted = ScriptedStore.over(new MemoryObjectStore());
        scripted.on(GET).withProbability(0.25, seed).fails();
        List<Integer> struck = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            try {
                scripted.get(A);
            } catch (StorageException e) {
                struck.add(i);
            }
        }
        return struck;
    }

    @Test
    void losesTheReply_landsAndLeavesItUnknown() {
        store.on(PUT).call(1).losesTheReply();

        assertUnknown(A);
        assertThat(memory.get(A)).isPresent();
        assertThat(put(A)).isEqualTo(PutOutcome.EXISTS);
    }

    @Test
    void losesTheRequest_neverLands() {
        store.on(PUT).call(1).losesTheRequest();

        assertUnknown(A);
        assertThat(store.landLate()).isZero();
        assertThat(memory.get(A)).isEmpty();
    }

    @Test
    void landsLate_landsWhenToldAndOnlyOnce() throws IOException {
        store.on(PUT).call(1).landsLate();
        var content = new TroublesomeContent(BYTES, BYTES.length, TroublesomeContent.AtEnd.ENDS);

        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> store.putIfAbsent(A, content));
        assertThat(content.openStreams()).isZero();
        assertThat(memory.get(A)).isEmpty();
        assertThat(store.landLate()).isEqualTo(1);
        assertThat(memory.get(A).orElseThrow().bytes(10)).isEqualTo(BYTES);
        assertThat(store.landLate()).isZero();
    }

    @Test
    void landsLate_keyTakenMeanwhile_comesToNothing() {
        store.on(PUT).call(1).landsLate();
        assertUnknown(A);
        store.putIfAbsent(A, Content.of(new byte[] {9}));

        store.landLate();

        assertThat(memory.get(A).orElseThrow().bytes(10)).containsExactly(9);
    }

    @Test
    void isSentTwice_tellsOfTheSecondTime() {
        store.on(PUT).isSentTwice();

        assertThat(put(A)).isEqualTo(PutOutcome.EXISTS);
        assertThat(memory.get(A)).isPresent();
    }

    @Test
    void isRepeatedLate_bringsBackWhatWasDeleted() {
        store.on(PUT).call(1).isRepeatedLate();
        assertThat(put(A)).isEqualTo(PutOutcome.CREATED);
        store.delete(A);

        store.landLate();

        assertThat(memory.get(A)).isPresent();
    }

    @Test
    void lostReplies_ofOtherCalls_areStorageFailures() {
        put(A);
        store.on(GET, LIST, DELETE).losesTheReply();

        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.get(A));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.list(Prefix.all(), null, 1));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> store.delete(A));
        assertThat(memory.get(A)).as("deleted all the same").isEmpty();
    }

    @Test
    void doesFirst_runsBeforeTheCall() {
        ManualClock clock = ManualClock.at(Instant.EPOCH);
        store.on(PUT).call(1).doesFirst(() -> {
            clock.advance(Duration.ofHours(1));
            memory.putIfAbsent(A, Content.of(new byte[0]));
        });

        assertThat(put(A)).isEqualTo(PutOutcome.EXISTS);
        assertThat(clock.instant()).isEqualTo(Instant.EPOCH.plusSeconds(3600));
    }

    @Test
    void waitsFor_latch_hangsUntilItOpens() throws Exception {
        var latch = new CountDownLatch(1);
        store.on(PUT).waitsFor(latch);

        CompletableFuture<PutOutcome> putting = CompletableFuture.supplyAsync(() -> put(A));
        while (store.calls().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(putting).isNotDone();
        assertThat(memory.get(A)).isEmpty();
        latch.countDown();
        assertThat(putting.get(10, TimeUnit.SECONDS)).isEqualTo(PutOutcome.CREATED);
    }

    @Test
    void takes_time_evenWhenInterrupted() {
        store.on(PUT).takes(Duration.ofMillis(20));
        long begin = System.nanoTime();
        Thread.currentThread().interrupt();

        assertThat(put(A)).isEqualTo(PutOutcome.CREATED);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }

    @Test
    void damages_whatIsReadAndNotWhatIsStored() throws IOException {
        put(A);
        store.on(GET).call(1).damages(Damage.FLIPPED_BIT);
        store.on(GET).call(2).damages(Damage.CUT_SHORT);
        store.on(GET).call(3).damages(Damage.TORN);
        store.on(GET).call(4).damages(Damage.BREAKS_OFF);

        assertThat(store.get(A).orElseThrow().bytes(10)).containsExactly(1, 2, 3, 4, 5 ^ 0x10, 6, 7, 8);
        assertThat(store.get(A).orElseThrow().bytes(10)).containsExactly(1, 2, 3, 4);
        assertThat(store.get(A).orElseThrow().bytes(10)).containsExactly(1, 2, 3, 4, 0, 0, 0, 0);
        try (InputStream in = store.get(A).orElseThrow().open()) {
            assertThat(in.readNBytes(4)).containsExactly(1, 2, 3, 4);
            assertThatIOException().isThrownBy(in::read).withMessageContaining("broke off");
        }
        assertThat(store.get(A).orElseThrow().bytes(10)).isEqualTo(BYTES);
        assertThat(store.get(B)).isEmpty();
    }

    @Test
    void cues_severalForOneCall_theFirstDecidesAndAllCount() {
        store.on(PUT).call(1).losesTheReply();
        store.on(PUT).call(1).fails();
        store.on(PUT).call(2).fails();

        assertUnknown(A);
        assertFails(B);
    }

    @Test
    void behave_endsTheScript() {
        store.on(PUT).fails();
        store.behave();

        assertThat(put(A)).isEqualTo(PutOutcome.CREATED);
    }

    @Test
    void calls_areRecordedInOrder() {
        store.on(PUT).call(1).fails();
        assertFails(A);
        put(B);
        store.list(Prefix.of("logs"), null, 10);
        store.delete(B);

        assertThat(store.calls()).hasToString("[PUT logs/a, PUT logs/b, LIST logs/, DELETE logs/b]");
        assertThat(store.calls(PUT)).extracting(ScriptedStore.Call::target).containsExactly("logs/a", "logs/b");
    }
}
