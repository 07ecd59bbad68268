package io.mlops4j.testkit;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.FileObjectStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class FileRegistryTest extends ModelRegistryContract {
    @TempDir
    Path directory;

    private final List<FileObjectStore> stores = new ArrayList<>();

    @Override
    protected ModelRegistry open(Clock clock) {
        FileObjectStore store = FileObjectStore.open(directory);
        synchronized (stores) {
            stores.add(store);
        }
        return StoreRegistry.open(store, clock);
    }

    @AfterEach
    void closeStores() {
        stores.forEach(FileObjectStore::close);
    }
}
