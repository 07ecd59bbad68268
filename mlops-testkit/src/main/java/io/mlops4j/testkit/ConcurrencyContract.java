package io.mlops4j.testkit;

import static io.mlops4j.store.PutOutcome.CREATED;
import static io.mlops4j.store.PutOutcome.EXISTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** What an {@link ObjectStore} promises to several threads, and to several handles on one storage. */
abstract class ConcurrencyContract extends ListingContract {
    private static final int KEYS = 20;
    private static final int THREADS = 8;

    @Test
    void put_manyThreadsOnOneKey_oneCreates() throws Exception {
        for (int i = 0; i < KEYS; i++) {
            Key key = new Key("race/" + i);
            assertOneCreates(key, thread -> store());
        }
    }

    @Test
    void put_manyHandlesOnOneKey_oneCreates() throws Exception {
        try (ObjectStore other = another()) {
            for (int i = 0; i < KEYS; i++) {
                assertOneCreates(new Key("race/" + i), thread -> thread % 2 == 0 ? store() : other);
            }
        }
    }

    /** Each offers other content, so that it is seen who has won; the losers must find the object there. */
    private void assertOneCreates(Key key, IntFunction<ObjectStore> stores) throws Exception {
        List<PutOutcome> outcomes = together(thread -> {
            ObjectStore store = stores.apply(thread);
            PutOutcome outcome = store.putIfAbsent(key, Content.of(filled(thread, 5000)));
            assertThat(store.get(key)).isPresent();
            return outcome;
        });
        assertThat(outcomes).filteredOn(CREATED::equals).hasSize(1);
        assertThat(outcomes).filteredOn(EXISTS::equals).hasSize(THREADS - 1);
        assertThat(bytes(key.value())).isEqualTo(filled(outcomes.indexOf(CREATED), 5000));
    }

    @Test
    void put_manyThreadsOnManyKeys_loseNone() throws Exception {
        together(thread -> {
            for (int i = 0; i < KEYS; i++) {
                putAll("all/" + (i % 3) + "/" + i + "-" + thread);
            }
            return thread;
        });
        assertThat(list()).hasSize(THREADS * KEYS);
        assertThat(list()).allSatisfy(key -> assertThat(text(key)).isEqualTo(key));
    }

    @Test
    void get_whileOthersPut_seesTheWholeObjectOrNone() throws Exception {
        int size = 100_000;
        together(thread -> {
            for (int i = 0; i < KEYS; i++) {
                Key key = new Key("whole/" + i);
                if (thread % 4 == 0) {
                    store().putIfAbsent(key, Content.of(filled(thread + 1, size)));
                } else {
                    assertWholeOrAbsent(key, size);
                }
            }
            return thread;
        });
        assertThat(list()).hasSize(KEYS);
    }

    private void assertWholeOrAbsent(Key key, int size) {
        Optional<StoredObject> object = store().get(key);
        while (object.isEmpty()) {
            Thread.onSpinWait();
            object = store().get(key);
        }
        byte[] bytes = object.orElseThrow().bytes(size);
        assertThat(bytes).isEqualTo(filled(bytes[0], size));
    }

    @Test
    void list_whileOthersPut_isOrderedAndHoldsWhatWasThereBefore() throws Exception {
        putAll("k/m", "k/m/m");
        together(thread -> {
            for (int i = 0; i < KEYS; i++) {
                if (thread % 2 == 0) {
                    putAll("k/" + (char) ('a' + i) + "/" + thread);
                } else {
                    assertThat(list()).isSorted().doesNotHaveDuplicates().contains("k/m", "k/m/m");
                }
            }
            return thread;
        });
    }

    @Test
    void openAgain_seesWhatTheOtherHandleDid() throws Exception {
        putAll("a", "a/b");
        try (ObjectStore other = another()) {
            assertThat(other.putIfAbsent(new Key("a"), Content.of(utf8("x")))).isEqualTo(EXISTS);
            assertThat(other.putIfAbsent(new Key("c"), Content.of(utf8("x")))).isEqualTo(CREATED);
            other.delete(new Key("a/b"));
            assertThat(list()).containsExactly("a", "c");
            assertThat(text("c")).isEqualTo("x");
        }
    }

    @Test
    void close_objectsOutliveIt() throws Exception {
        putAll("a", "a/b");
        try (ObjectStore other = another()) {
            store().close();
            assertThat(other.get(new Key("a/b")).orElseThrow().bytes(10)).isEqualTo(utf8("a/b"));
        }
    }

    private ObjectStore another() throws Exception {
        Optional<ObjectStore> other = openAgain();
        assumeTrue(other.isPresent(), "This store cannot be opened a second time");
        return other.orElseThrow();
    }

    /** Runs a task in all threads at the same moment; the first failure fails the test. */
    private static <T> List<T> together(ThreadTask<T> task) throws Exception {
        var start = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            var tasks = new ArrayList<Callable<T>>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                tasks.add(() -> {
                    start.await(10, TimeUnit.SECONDS);
                    return task.run(thread);
                });
            }
            var results = new ArrayList<T>();
            for (Future<T> future : threads.invokeAll(tasks, 2, TimeUnit.MINUTES)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @FunctionalInterface
    private interface ThreadTask<T> {
        T run(int thread) throws Exception;
    }
}
