package io.mlops4j.testkit;

import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;

class MemoryLinearizabilityTest extends LinearizabilityContract {
    @Override
    protected ObjectStore open() {
        return new MemoryObjectStore();
    }
}
