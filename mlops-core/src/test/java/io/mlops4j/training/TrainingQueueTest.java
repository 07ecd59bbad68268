package io.mlops4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.ConflictException;
import io.mlops4j.OverloadedException;
import io.mlops4j.StorageException;
import io.mlops4j.gate.Evidence;
import io.mlops4j.model.ModelName;
import io.mlops4j.store.DyingStore;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingQueueTest {
    private static final ModelName RIDES = ModelName.of("rides");
    private static final ModelName TAXIS = ModelName.of("taxis");

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final SteppedClock clock = SteppedClock.at("2005-01-01T00:00:00Z");
    private final TrainingQueue queue = open();

    private TrainingQueue open() {
        return TrainingQueue.open(store, "default", clock).withLease(Duration.ofHours(1));
    }

    private TrainingRequest request(String id, ModelName model) {
        return new TrainingRequest(id, model, "drift", "it moved", Evidence.none(), clock.instant());
    }

    @Test
    void enqueue_sameIdTwice_isOneTask() {
        queue.enqueue(request("a", RIDES));
        clock.advance(Duration.ofDays(1));
        open().enqueue(request("a", RIDES));

        assertThat(queue.tasks()).hasSize(1);
        assertThatThrownBy(() -> queue.enqueue(request("a", TAXIS))).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void enqueue_settledId_isNotDoneAgain() {
        queue.enqueue(request("a", RIDES));
        queue.claim("w", RIDES).orElseThrow().complete("rides:1");

        assertThat(queue.enqueue(request("a", RIDES)).status()).isEqualTo(TrainingTask.Status.COMPLETED);
        assertThat(queue.claim("w", RIDES)).isEmpty();
    }

    @Test
    void enqueue_full_isRefusedUntilOneIsSettled() {
        TrainingQueue small = queue.withCapacity(2);
        small.enqueue(request("a", RIDES));
        small.enqueue(request("b", RIDES));

        assertThatThrownBy(() -> small.enqueue(request("c", RIDES))).isInstanceOf(OverloadedException.class);
        small.enqueue(request("a", RIDES));
        small.claim("w", RIDES).orElseThrow().fail("no");
        small.enqueue(request("c", RIDES));
        assertThat(small.tasks()).hasSize(3);
    }

    @Test
    void claim_givesTheOldestOfTheModel() {
        queue.enqueue(request("t", TAXIS));
        queue.enqueue(request("a", RIDES));
        queue.enqueue(request("b", RIDES));

        assertThat(queue.claim("w1", RIDES).orElseThrow().task().request().id()).isEqualTo("a");
        assertThat(queue.claim("w2", RIDES).orElseThrow().task().request().id()).isEqualTo("b");
        assertThat(queue.claim("w3", RIDES)).isEmpty();
    }

    @Test
    void claim_leaseRunsOut_isGivenOutAgainAndFencesTheFirst() {
        queue.enqueue(request("a", RIDES));
        TrainingQueue.Claim first = queue.claim("w1", RIDES).orElseThrow();
        clock.advance(Duration.ofMinutes(59));
        assertThat(open().claim("w2", RIDES)).isEmpty();
        clock.advance(Duration.ofMinutes(1));

        TrainingQueue.Claim second = open().claim("w2", RIDES).orElseThrow();

        assertThat(second.task().attempt()).isEqualTo(2);
        assertThatThrownBy(() -> first.complete("late")).isInstanceOf(ConflictException.class);
        assertThatThrownBy(first::renew).isInstanceOf(ConflictException.class);
        assertThatThrownBy(first::release).isInstanceOf(ConflictException.class);
        assertThat(second.complete("rides:2").result()).isEqualTo("rides:2");
        assertThatThrownBy(() -> second.fail("x")).isInstanceOf(ConflictException.class);
    }

    @Test
    void claim_sameOwnerComesBack_getsItAtOnce() {
        queue.enqueue(request("a", RIDES));
        TrainingQueue.Claim before = queue.claim("w1", RIDES).orElseThrow();

        TrainingQueue.Claim after = open().claim("w1", RIDES).orElseThrow();

        assertThat(after.task().attempt()).isEqualTo(2);
        assertThatThrownBy(() -> before.complete("x")).isInstanceOf(ConflictException.class);
    }

    @Test
    void renew_prolongsTheLease() {
        queue.enqueue(request("a", RIDES));
        TrainingQueue.Claim claim = queue.claim("w1", RIDES).orElseThrow();
        clock.advance(Duration.ofMinutes(50));
        claim.renew();
        clock.advance(Duration.ofMinutes(50));

        assertThat(open().claim("w2", RIDES)).isEmpty();
        assertThat(claim.complete("ok").status()).isEqualTo(TrainingTask.Status.COMPLETED);
    }

    @Test
    void release_keepsThePlace() {
        queue.enqueue(request("a", RIDES));
        queue.enqueue(request("b", RIDES));
        queue.claim("w1", RIDES).orElseThrow().release();

        assertThat(queue.claim("w2", RIDES).orElseThrow().task().request().id()).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource(DyingStore.LastPut.class)
    void killedAtEveryWrite_losesNothingAndSettlesOnce(DyingStore.LastPut last) {
        for (int puts = 1; puts <= 4; puts++) {
            // To settle what the one before has written, to put, to claim, to complete.
            String id = "kill" + puts;
            try {
                TrainingQueue dying = TrainingQueue.open(new DyingStore(store, puts, last), "default", clock);
                dying.enqueue(request(id, RIDES));
                dying.claim("w", RIDES).orElseThrow().complete("done");
            } catch (StorageException e) {
                // The process is dead; the next one goes on.
            }
            TrainingQueue reopened = open();
            reopened.enqueue(request(id, RIDES));
            Optional<TrainingQueue.Claim> claim = reopened.claim("w", RIDES);
            claim.ifPresent(again -> again.complete("done"));

            assertThat(reopened.find(id).orElseThrow().status()).isEqualTo(TrainingTask.Status.COMPLETED);
            assertThat(claim.isEmpty()).isEqualTo(puts == 4 && last == DyingStore.LastPut.LANDS);
        }
    }

    @Test
    void claim_manyWorkers_giveEachTaskToOne() {
        TrainingQueue wide = queue.withCapacity(1000);
        IntStream.range(0, 60).forEach(i -> wide.enqueue(request("r" + i, RIDES)));
        Set<String> taken = ConcurrentHashMap.newKeySet();
        List<TrainingQueue> workers = List.of(open(), open(), open(), open());

        long claims = IntStream.range(0, 80)
                .parallel()
                .mapToObj(i -> workers.get(i % 4).claim("w" + i, RIDES))
                .flatMap(Optional::stream)
                .peek(claim -> taken.add(claim.task().request().id()))
                .count();

        assertThat(claims).isEqualTo(60);
        assertThat(taken).hasSize(60);
    }

    @Test
    void history_isBounded() {
        for (int i = 0; i < QueueTasks.MAX_SETTLED + 5; i++) {
            queue.enqueue(request("r" + i, RIDES));
            queue.claim("w", RIDES).orElseThrow().complete("");
        }

        List<TrainingTask> tasks = open().tasks();

        assertThat(tasks).hasSize(QueueTasks.MAX_SETTLED);
        assertThat(tasks.get(0).request().id()).isEqualTo("r5");
    }
}
