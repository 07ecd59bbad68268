package io.mlops4j.testkit;

import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class FileLinearizabilityTest extends LinearizabilityContract {
    private RamDisk disk;

    @BeforeEach
    void openDisk() throws IOException {
        disk = RamDisk.open();
    }

    @AfterEach
    void closeDisk() throws IOException {
        disk.close();
    }

    @Override
    protected ObjectStore open() {
        return FileObjectStore.open(disk.fresh());
    }
}
