package io.mlops4j.testkit;

import static io.mlops4j.testkit.ScriptedStore.Operation.PUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Stores with a defect, which the campaign must find. */
class LinearizabilityCanaryTest {
    private static LinearizabilityContract on(Supplier<ObjectStore> store) {
        return new LinearizabilityContract() {
            @Override
            protected ObjectStore open() {
                return store.get();
            }
        };
    }

    private static void assertFound(LinearizabilityContract contract) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(contract::store_underEightClients_isLinearizable)
                .withMessageContaining("Not linearizable");
    }

    @Test
    void store_thatOverwrites_isFound() {
        assertFound(on(() -> {
            MemoryObjectStore memory = new MemoryObjectStore();
            ScriptedStore store = ScriptedStore.over(memory);
            store.on(PUT).withProbability(0.05, 1).doesFirst(() -> store.calls(PUT).stream()
                    .reduce((first, second) -> second)
                    .ifPresent(call -> memory.delete(new Key(call.target()))));
            return store;
        }));
    }

    @Test
    void store_thatIsSentPutsTwice_isFound() {
        assertFound(on(() -> {
            ScriptedStore store = ScriptedStore.over(new MemoryObjectStore());
            store.on(PUT).withProbability(0.05, 1).isSentTwice();
            return store;
        }));
    }

    @Test
    void store_thatCallsALostReplyAFailure_isFound() {
        assertFound(on(() -> {
            MemoryObjectStore memory = new MemoryObjectStore();
            ScriptedStore store = ScriptedStore.over(memory);
            store.on(PUT).withProbability(0.05, 1).failsWith(call -> {
                memory.putIfAbsent(new Key(call.target()), Content.of(new byte[] {'l', 'a', 't', 'e'}));
                return new StorageException("It is said that nothing was written");
            });
            return store;
        }));
    }

    @Test
    void call_thatFailsOrIsUnknown_isLeftOutOrWithoutAnswer() {
        var history = new History<String, String>();

        assertThat(history.call(1, "failing", () -> {
                    throw new StorageException("no");
                }))
                .isEmpty();
        assertThat(history.call(1, "unknown", () -> {
                    throw new OutcomeUnknownException("who knows");
                }))
                .isEmpty();
        assertThat(history.call(2, "good", () -> "yes")).contains("yes");

        assertThat(history.events()).hasSize(2);
        assertThat(history).hasToString("client 1: unknown -> unknown [1, ...]\nclient 2: good -> yes [2, 3]");
    }
}
