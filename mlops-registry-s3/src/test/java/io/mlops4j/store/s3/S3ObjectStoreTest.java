package io.mlops4j.store.s3;

import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.testkit.ObjectStoreContract;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3ObjectStoreTest extends ObjectStoreContract {
    private static S3Bucket bucket;

    private Prefix folder = Prefix.all();

    @BeforeAll
    static void connect() {
        bucket = S3Server.shared().bucket();
    }

    @AfterAll
    static void disconnect() {
        bucket.close();
    }

    @Override
    protected ObjectStore open() {
        folder = Prefix.of("contract", UUID.randomUUID().toString());
        return S3ObjectStore.in(bucket).under(folder).inPartsAbove(8 << 20).open();
    }

    @Override
    protected Optional<ObjectStore> openAgain() {
        return Optional.of(S3ObjectStore.in(bucket).under(folder).open());
    }
}
