package io.mlops4j.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.testkit.LinearizabilityContract.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Clients that put, get, list and delete up to three keys in three to five calls each. Keys do not depend on each
 * other, so each has a history of its own.
 */
final class StoreClients implements LinearizabilityContract.Clients {
    private static final int KEYS = 3;

    private final ObjectStore store;
    private final boolean deletes;
    private final List<List<History<ObjectSpecification.Ask, String>>> histories = new ArrayList<>();

    StoreClients(ObjectStore store, int histories, boolean deletes) {
        this.store = store;
        this.deletes = deletes;
        for (int i = 0; i < histories; i++) {
            List<History<ObjectSpecification.Ask, String>> keys = new ArrayList<>();
            for (int key = 0; key < 1 + i % KEYS; key++) {
                keys.add(new History<>());
            }
            this.histories.add(keys);
        }
    }

    /** Yields now and then, so that more interleavings are seen; nothing relies on it. */
    @Override
    @SuppressWarnings("ThreadPriorityCheck")
    public void play(int client, int history, SplittableRandom random) {
        var keys = histories.get(history);
        int calls = 3 + random.nextInt(3);
        for (int call = 0; call < calls; call++) {
            int which = random.nextInt(keys.size());
            Key key = Prefix.of("h", Integer.toString(history)).key(Integer.toString(which));
            String text = client + "-" + call + "-" + "x".repeat(random.nextInt(100));
            int dice = random.nextInt(10);
            if (dice < 4) {
                keys.get(which).call(client, ObjectSpecification.put(text), () -> put(key, text));
            } else if (dice < 7) {
                keys.get(which).call(client, ObjectSpecification.get(), () -> get(key));
            } else if (dice < 9 || !deletes) {
                list(client, history);
            } else {
                keys.get(which).call(client, ObjectSpecification.delete(), () -> delete(key));
            }
            if (random.nextInt(3) == 0) {
                Thread.yield();
            }
        }
    }

    private String put(Key key, String text) {
        return store.putIfAbsent(key, Content.of(text.getBytes(UTF_8))) == PutOutcome.CREATED
                ? ObjectSpecification.CREATED
                : ObjectSpecification.EXISTS;
    }

    private String get(Key key) {
        return store.get(key)
                .map(object -> new String(object.bytes(1000), UTF_8))
                .orElse(ObjectSpecification.ABSENT);
    }

    /** Of a delete that fails nobody knows how far it came. */
    private String delete(Key key) {
        try {
            store.delete(key);
            return ObjectSpecification.DELETED;
        } catch (StorageException e) {
            throw new OutcomeUnknownException("Whether " + key + " was deleted is not known", e);
        }
    }

    private void list(int client, int history) {
        var keys = histories.get(history);
        List<Long> begins = keys.stream().map(History::tick).toList();
        Set<String> listed;
        try {
            listed = store.list(Prefix.of("h", Integer.toString(history)), null, KEYS + 1).keys().stream()
                    .map(Key::value)
                    .collect(Collectors.toSet());
        } catch (StorageException e) {
            return;
        }
        for (int i = 0; i < keys.size(); i++) {
            String answer =
                    listed.contains("h/" + history + "/" + i) ? ObjectSpecification.LISTED : ObjectSpecification.ABSENT;
            History<ObjectSpecification.Ask, String> key = keys.get(i);
            key.add(new History.Event<>(
                    client, ObjectSpecification.list(), Optional.of(answer), begins.get(i), key.tick()));
        }
    }

    @Override
    public Tally check() {
        var checker = Linearizability.of(new ObjectSpecification());
        var all = new Tally(0, 0, 0, 0);
        for (var keys : histories) {
            var one = new Tally(1, 0, 0, 0);
            for (var key : keys) {
                checker.require(key);
                one = one.with(Tally.of(key));
            }
            all = all.plus(one);
        }
        return all;
    }
}
