package io.mlops4j.testkit;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.StoredObject;
import io.mlops4j.testkit.ScriptedStore.Call;
import io.mlops4j.testkit.ScriptedStore.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Cue} does to a call.
 *
 * @param before what happens first
 * @param landing what becomes of the call itself
 * @param failure what the caller gets instead of the answer, or null for the answer
 * @param harm what happens to objects that are read, or null for nothing
 */
record Fault(
        Runnable before,
        Landing landing,
        @Nullable Function<Call, RuntimeException> failure,
        @Nullable Damage harm) {
    /** What becomes of a call. */
    enum Landing {
        NEVER,
        ONCE,
        TWICE,
        LATER,
        ONCE_AND_LATER
    }

    static Fault failing(Function<Call, RuntimeException> failure) {
        return new Fault(Fault::nothing, Landing.NEVER, failure, null);
    }

    static Fault losingTheAnswer(Landing landing) {
        return new Fault(Fault::nothing, landing, Fault::lost, null);
    }

    static Fault sent(Landing landing) {
        return new Fault(Fault::nothing, landing, null, null);
    }

    static Fault doingFirst(Runnable before) {
        return new Fault(before, Landing.ONCE, null, null);
    }

    static Fault damaging(Damage harm) {
        return new Fault(Fault::nothing, Landing.ONCE, null, harm);
    }

    /** Only a put can leave its caller in doubt: the other calls may simply be made again. */
    private static RuntimeException lost(Call call) {
        return call.operation() == Operation.PUT
                ? new OutcomeUnknownException("The reply to " + call + " was lost, as scripted")
                : new StorageException("The reply to " + call + " was lost, as scripted");
    }

    private static void nothing() {}

    boolean sendsLater() {
        return landing == Landing.LATER || landing == Landing.ONCE_AND_LATER;
    }

    <T> T strike(Call call, Supplier<T> work) {
        before.run();
        if (landing == Landing.NEVER || landing == Landing.LATER) {
            throw failure == null ? lost(call) : failure.apply(call);
        }
        T answer = work.get();
        if (landing == Landing.TWICE) {
            answer = work.get();
        }
        if (failure != null) {
            throw failure.apply(call);
        }
        return answer;
    }

    StoredObject damage(StoredObject object) {
        return harm == null ? object : harm.to(object);
    }

    /** The same bytes under the same claim, to be read after the put has returned. */
    static Content kept(Key key, Content content) {
        try (InputStream in = content.open()) {
            return new Kept(Content.of(in.readAllBytes()), content.size());
        } catch (IOException e) {
            throw new StorageException("Cannot store " + key + ": its content cannot be read", e);
        }
    }

    private record Kept(Content bytes, long size) implements Content {
        @Override
        public InputStream open() throws IOException {
            return bytes.open();
        }
    }
}
