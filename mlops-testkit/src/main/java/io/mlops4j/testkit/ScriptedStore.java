package io.mlops4j.testkit;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.MlopsException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.KeyPage;
import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store that misbehaves on cue, around one that does not: it fails, stalls, loses replies, lets writes land late or
 * twice, and damages what is read. It also writes down each call, so that a test can say which were made.
 *
 * <pre>{@code
 * var store = ScriptedStore.over(new MemoryObjectStore());
 * store.on(PUT).under("logs").call(3).losesTheReply();
 * store.on(GET, LIST).withProbability(0.01, seed).fails();
 * store.on(PUT).under("blobs").doesFirst(() -> clock.advance(Duration.ofMinutes(5)));
 *
 * var registry = StoreRegistry.open(store, clock);
 * // ... the third commit lands, but its writer is not told
 *
 * assertThat(store.calls(DELETE)).isEmpty();
 * }</pre>
 *
 * <p>Each cue counts the calls that it is for, whatever becomes of them; of the cues that apply to a call, the one that
 * was given first decides. A put that a cue strikes holds its content in memory.
 *
 * <p>Thread-safe.
 */
public final class ScriptedStore implements ObjectStore {
    private final ObjectStore store;
    private final List<Cue.Rule> script = new CopyOnWriteArrayList<>();
    private final AtomicInteger struck = new AtomicInteger();

    @GuardedBy("this") private final List<Call> calls = new ArrayList<>();

    @GuardedBy("this") private final Queue<Runnable> late = new ArrayDeque<>();

    private ScriptedStore(ObjectStore store) {
        this.store = store;
    }

    /** The calls that a cue can be for. */
    public enum Operation {
        /** {@link ObjectStore#putIfAbsent}. */
        PUT,
        /** {@link ObjectStore#get}, with all that is read through the handle it gives. */
        GET,
        /** {@link ObjectStore#list}. */
        LIST,
        /** {@link ObjectStore#delete}. */
        DELETE
    }

    /**
     * A call that was made.
     *
     * <p>Immutable.
     *
     * @param operation what was called
     * @param target the key, or the prefix of a listing
     */
    public record Call(Operation operation, String target) {
        /** Checks that nothing is null. */
        public Call {
            requireNonNull(operation, "operation");
            requireNonNull(target, "target");
        }

        @Override
        public String toString() {
            return operation + " " + target;
        }
    }

    /**
     * Wraps a store, which behaves until it is given a cue.
     *
     * @param store does the work; closed with this one
     * @return the wrapped store
     */
    public static ScriptedStore over(ObjectStore store) {
        return new ScriptedStore(requireNonNull(store, "store"));
    }

    /**
     * Begins a cue. It applies when one of its verbs, such as {@link Cue#fails()}, ends it.
     *
     * @param first an operation that it is for
     * @param more further ones
     * @return a cue for every call of these operations
     */
    public Cue on(Operation first, Operation... more) {
        return Cue.on(script::add, EnumSet.of(first, more));
    }

    /** Forgets the script: from now on the store behaves. What is late is still to come. */
    public void behave() {
        script.clear();
    }

    /**
     * Lets everything land that a cue has delayed so far, in the order in which it was sent.
     *
     * @return how many writes that were; those that came to nothing, as the key was taken, are counted too
     */
    public int landLate() {
        List<Runnable> landing;
        synchronized (this) {
            landing = List.copyOf(late);
            late.clear();
        }
        landing.forEach(Runnable::run);
        return landing.size();
    }

    /**
     * The calls so far.
     *
     * @return in the order in which they began; a copy
     */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /**
     * The calls of one operation so far.
     *
     * @param operation what was called
     * @return in the order in which they began; a copy
     */
    public List<Call> calls(Operation operation) {
        return calls().stream().filter(call -> call.operation() == operation).toList();
    }

    /**
     * How often a cue applied.
     *
     * @return the number of calls that did not go as they would have without the script
     */
    public int struck() {
        return struck.get();
    }

    @Override
    public PutOutcome putIfAbsent(Key key, Content content) {
        requireNonNull(content, "content");
        Fault fault = begin(Operation.PUT, key.value());
        if (fault == null) {
            return store.putIfAbsent(key, content);
        }
        Content kept = fault.sendsLater() ? Fault.kept(key, content) : content;
        return strike(fault, Operation.PUT, key.value(), () -> store.putIfAbsent(key, kept));
    }

    @Override
    public Optional<StoredObject> get(Key key) {
        Fault fault = begin(Operation.GET, key.value());
        if (fault == null) {
            return store.get(key);
        }
        return strike(fault, Operation.GET, key.value(), () -> store.get(key)).map(fault::damage);
    }

    @Override
    public KeyPage list(Prefix prefix, @Nullable Key after, int limit) {
        Fault fault = begin(Operation.LIST, prefix.value());
        Supplier<KeyPage> work = () -> store.list(prefix, after, limit);
        return fault == null ? work.get() : strike(fault, Operation.LIST, prefix.value(), work);
    }

    @Override
    public void delete(Key key) {
        Fault fault = begin(Operation.DELETE, key.value());
        Supplier<Key> work = () -> {
            store.delete(key);
            return key;
        };
        if (fault == null) {
            store.delete(key);
        } else {
            strike(fault, Operation.DELETE, key.value(), work);
        }
    }

    @Override
    public void close() {
        store.close();
    }

    private @Nullable Fault begin(Operation operation, String target) {
        Call call = new Call(operation, target);
        synchronized (this) {
            calls.add(call);
        }
        Fault decided = null;
        for (Cue.Rule rule : script) {
            boolean applies = rule.applies(call);
            decided = applies && decided == null ? rule.fault() : decided;
        }
        return decided;
    }

    private <T> T strike(Fault fault, Operation operation, String target, Supplier<T> work) {
        struck.incrementAndGet();
        if (fault.sendsLater() && isWrite(operation)) {
            later(work);
        }
        return fault.strike(new Call(operation, target), work);
    }

    @SuppressWarnings("ReturnValueIgnored") // the reply was lost: that is the point
    private synchronized void later(Supplier<?> work) {
        late.add(() -> {
            try {
                work.get();
            } catch (MlopsException e) {
                // Nobody waits for the answer any more.
            }
        });
    }

    static boolean isWrite(Operation operation) {
        return operation == Operation.PUT || operation == Operation.DELETE;
    }

    @Override
    public String toString() {
        return "ScriptedStore[" + store + "]";
    }
}
