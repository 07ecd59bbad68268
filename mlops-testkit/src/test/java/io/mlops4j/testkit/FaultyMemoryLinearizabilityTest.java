package io.mlops4j.testkit;

import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.store.ObjectStore;

class FaultyMemoryLinearizabilityTest extends LinearizabilityContract {
    private long seed;

    @Override
    protected ObjectStore open() {
        return BadNetwork.around(new MemoryObjectStore(), seed += 10);
    }
}
