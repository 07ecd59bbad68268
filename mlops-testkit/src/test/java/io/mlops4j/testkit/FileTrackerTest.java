package io.mlops4j.testkit;

import io.mlops4j.store.FileObjectStore;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.tracking.Tracker;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class FileTrackerTest extends TrackerContract {
    @TempDir
    Path directory;

    private final List<FileObjectStore> stores = new ArrayList<>();

    @Override
    protected Tracker open(Clock clock) {
        FileObjectStore store = FileObjectStore.open(directory);
        synchronized (stores) {
            stores.add(store);
        }
        return StoreTracker.open(store, clock);
    }

    @AfterEach
    void closeStores() {
        stores.forEach(FileObjectStore::close);
    }
}
