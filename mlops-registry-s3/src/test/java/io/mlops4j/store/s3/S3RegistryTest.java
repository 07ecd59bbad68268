package io.mlops4j.store.s3;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.StoreRegistry;
import io.mlops4j.store.Prefix;
import io.mlops4j.testkit.ModelRegistryContract;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3RegistryTest extends ModelRegistryContract {
    private static S3Bucket bucket;

    private final Prefix folder = Prefix.of("registry", UUID.randomUUID().toString());

    @BeforeAll
    static void connect() {
        bucket = S3Server.shared().bucket();
    }

    @AfterAll
    static void disconnect() {
        bucket.close();
    }

    @Override
    protected ModelRegistry open(Clock clock) {
        return StoreRegistry.open(S3ObjectStore.in(bucket).under(folder).open(), clock);
    }
}
