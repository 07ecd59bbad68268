/**
 * For tests: fakes that keep their promises, a store that breaks them on cue, contracts for adapters, and a clock that
 * waits.
 *
 * <p><b>Testing your own code.</b> There are no mocks here, and none are needed: the embedded registry and tracker are
 * folds over any {@link io.mlops4j.store.ObjectStore}, so that on a {@link io.mlops4j.store.MemoryObjectStore} they are
 * the fakes, and are the real thing as well. Time is a {@link io.mlops4j.testkit.ManualClock}.
 *
 * <pre>{@code
 * var clock = ManualClock.at(Instant.parse("2026-01-01T00:00:00Z"));
 * var store = new MemoryObjectStore();
 * var registry = StoreRegistry.open(store, clock);
 * var tracker = StoreTracker.open(store, clock);
 *
 * new NightlyJob(registry, tracker).run();                       // the code under test
 *
 * var champion = registry.resolve(ModelName.of("rides").alias("champion"));
 * assertThat(champion.id().number()).isEqualTo(1);
 * }</pre>
 *
 * <p>A second replica of a service is a second {@code StoreRegistry} on the same store; a restart is one, too.
 *
 * <p><b>Testing what happens on a bad day.</b> {@link io.mlops4j.testkit.ScriptedStore} goes around any store and
 * misbehaves on cue. The four questions worth asking of code that writes:
 *
 * <pre>{@code
 * var bad = ScriptedStore.over(store);
 *
 * bad.on(PUT).under("logs").call(2).fails();                     // nothing was written: is it tried again, or told?
 * bad.on(PUT).under("logs").call(2).losesTheReply();             // written, nobody knows: is it done twice?
 * bad.on(PUT).under("logs").call(2).doesFirst(() -> rival.register(theirs));  // somebody was first
 * bad.on(GET).under("blobs").damages(Damage.FLIPPED_BIT);        // is what was read believed?
 *
 * new NightlyJob(StoreRegistry.open(bad, clock), tracker).run();
 *
 * bad.behave();
 * assertThat(registry.versions(rides)).hasSize(1);               // read through what is behind the script
 * }</pre>
 *
 * <p>A {@code StorageException} may be retried; after an {@code OutcomeUnknownException} read first, or give the
 * registration an idempotency key and then retry.
 *
 * <p><b>Writing an adapter.</b> Extend {@link io.mlops4j.testkit.ObjectStoreContract},
 * {@link io.mlops4j.testkit.LinearizabilityContract}, {@link io.mlops4j.testkit.ModelRegistryContract} or
 * {@link io.mlops4j.testkit.TrackerContract} in a test of some twenty lines. For things with a
 * {@link io.mlops4j.testkit.Specification} of their own, record a {@link io.mlops4j.testkit.History} and ask
 * {@link io.mlops4j.testkit.Linearizability}.
 */
@NullMarked
package io.mlops4j.testkit;

import org.jspecify.annotations.NullMarked;
