package io.mlops4j.testkit;

import io.mlops4j.store.MemoryObjectStore;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.tracking.Tracker;
import java.time.Clock;

class MemoryTrackerTest extends TrackerContract {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    protected Tracker open(Clock clock) {
        return StoreTracker.open(store, clock);
    }
}
