package io.mlops4j.testkit;

import io.mlops4j.store.FileObjectStore;
import io.mlops4j.store.ObjectStore;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class FaultyFileLinearizabilityTest extends LinearizabilityContract {
    private RamDisk disk;
    private long seed;

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
        return BadNetwork.around(FileObjectStore.open(disk.fresh()), seed += 10);
    }
}
