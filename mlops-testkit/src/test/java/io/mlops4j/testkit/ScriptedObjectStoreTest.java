package io.mlops4j.testkit;

import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;

/** Without a cue, a scripted store is a store like any other. */
class ScriptedObjectStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore open() {
        return ScriptedStore.over(new MemoryObjectStore());
    }
}
