package io.mlops4j.testkit;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.MemoryObjectStore;
import java.time.Clock;

class MemoryRegistryTest extends ModelRegistryContract {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    protected ModelRegistry open(Clock clock) {
        return StoreRegistry.open(store, clock);
    }
}
