package io.mlops4j.testkit;

import static io.mlops4j.testkit.ScriptedStore.Operation.DELETE;
import static io.mlops4j.testkit.ScriptedStore.Operation.GET;
import static io.mlops4j.testkit.ScriptedStore.Operation.LIST;
import static io.mlops4j.testkit.ScriptedStore.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Eight clients use a store, and a registry in it, at the same time; what they were answered must be what they could
 * have been answered one at a time, whatever the network did to single requests.
 *
 * <pre>{@code
 * class MyStoreLinearizabilityTest extends LinearizabilityContract {
 *     @Override
 *     protected ObjectStore open() {
 *         return new MyStore(faultyProxy.endpoint(), freshBucket());
 *     }
 * }
 * }</pre>
 *
 * <p>Each test prints how many histories it recorded, and the seed of its clients' choices; how the threads take turns
 * is up to the machine, so that a seed does not repeat a history exactly. Confined to one thread at a time.
 */
public abstract class LinearizabilityContract {
    private static final int CLIENTS = 8;

    /** For subclasses. */
    protected LinearizabilityContract() {}

    /**
     * Opens an empty store on a place of its own. Called for every few histories.
     *
     * @return the store, which all clients share and the contract closes; it may fail and leave outcomes unknown, as
     *     long as it says so by the exceptions of its contract
     * @throws Exception fails the test
     */
    protected abstract ObjectStore open() throws Exception;

    /**
     * How many histories each test records.
     *
     * @return 1,300 unless overridden; 10,000 under the system property {@code campaign}
     */
    protected int histories() {
        return Boolean.getBoolean("campaign") ? 10_000 : 1300;
    }

    /**
     * How many histories are recorded on one store before the next one is opened.
     *
     * @return 15 unless overridden
     */
    protected int historiesPerStore() {
        return 15;
    }

    /**
     * Whether clients delete, too. Over a network, a store that repeats a create whose reply was lost cannot tell an
     * object that never was from one that was deleted meanwhile, so that create and delete of one key at the same time
     * may leave the object there. Nothing in this library does that but the collection of garbage, which allows for it.
     *
     * @return true unless overridden
     */
    protected boolean deletes() {
        return true;
    }

    @Test
    void store_underEightClients_isLinearizable() throws Exception {
        campaign("store", (store, histories, clients) -> new StoreClients(store, histories, deletes()));
    }

    @Test
    void registry_underEightClients_isLinearizable() throws Exception {
        campaign("registry", RegistryClients::new);
    }

    /** Eight clients, and what they saw in one batch of histories. */
    interface Clients {
        /** Plays one client's part of one history. */
        void play(int client, int history, SplittableRandom random);

        /** Checks all histories, and adds up what they hold. */
        Tally check();
    }

    @FunctionalInterface
    interface Opening {
        Clients on(ObjectStore store, int histories, int clients);
    }

    private void campaign(String what, Opening opening) throws Exception {
        long seed = new SplittableRandom().nextLong();
        var random = new SplittableRandom(seed);
        var tally = new Tally(0, 0, 0, 0);
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        try {
            while (tally.histories() < histories()) {
                int batch = Math.min(historiesPerStore(), histories() - tally.histories());
                tally = tally.plus(batch(opening, batch, pool, random));
            }
        } catch (AssertionError e) {
            throw new AssertionError("Seed " + seed + ": " + e.getMessage(), e);
        } finally {
            pool.shutdownNow();
        }
        System.out.println(getClass().getSimpleName() + " " + what + ": " + tally + ", seed " + seed);
        assertThat(tally.overlapping())
                .as("histories in which calls overlap, or this shows nothing")
                .isGreaterThan(tally.histories() / 4);
    }

    private Tally batch(Opening opening, int histories, ExecutorService pool, SplittableRandom random)
            throws Exception {
        try (ObjectStore store = open()) {
            Clients clients = opening.on(unhurried(store, random.nextLong()), histories, CLIENTS);
            var together = new CyclicBarrier(CLIENTS);
            List<Future<?>> parts = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                parts.add(pool.submit(part(clients, client, histories, together, random.split())));
            }
            for (Future<?> part : parts) {
                part.get();
            }
            return clients.check();
        }
    }

    /** Lets others go first now and then, or a fast store would answer each call before the next is made. */
    private static ObjectStore unhurried(ObjectStore store, long seed) {
        ScriptedStore unhurried = ScriptedStore.over(store);
        unhurried.on(PUT, GET, LIST, DELETE).withProbability(0.3, seed).doesFirst(Thread::yield);
        return unhurried;
    }

    private static Callable<Integer> part(
            Clients clients, int client, int histories, CyclicBarrier together, SplittableRandom random) {
        return () -> {
            for (int history = 0; history < histories; history++) {
                together.await();
                clients.play(client, history, random);
            }
            return histories;
        };
    }

    /** What a campaign has recorded. */
    record Tally(int histories, int calls, int unanswered, int overlapping) {
        static Tally of(History<?, ?> history) {
            List<? extends History.Event<?, ?>> events = history.events();
            long end = -1;
            boolean overlap = false;
            for (History.Event<?, ?> event : events) {
                overlap |= event.begin() < end;
                end = Math.max(end, event.end());
            }
            int unanswered = (int)
                    events.stream().filter(event -> event.output().isEmpty()).count();
            return new Tally(1, events.size(), unanswered, overlap ? 1 : 0);
        }

        Tally plus(Tally other) {
            return new Tally(
                    histories + other.histories,
                    calls + other.calls,
                    unanswered + other.unanswered,
                    overlapping + other.overlapping);
        }

        /** The same history, seen in parts. */
        Tally with(Tally part) {
            return new Tally(1, calls + part.calls, unanswered + part.unanswered, overlapping | part.overlapping);
        }

        @Override
        public String toString() {
            return histories + " histories of " + CLIENTS + " clients, " + overlapping + " with overlapping calls, "
                    + calls + " calls, " + unanswered + " without an answer";
        }
    }
}
