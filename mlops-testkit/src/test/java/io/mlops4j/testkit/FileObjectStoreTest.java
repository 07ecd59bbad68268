package io.mlops4j.testkit;

import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

class FileObjectStoreTest extends ObjectStoreContract {
    @TempDir
    Path directory;

    @Override
    protected ObjectStore open() {
        return FileObjectStore.open(directory);
    }

    @Override
    protected Optional<ObjectStore> openAgain() {
        return Optional.of(open());
    }
}
