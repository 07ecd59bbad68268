package io.mlops4j.store.s3;

import io.mlops4j.store.Prefix;
import io.mlops4j.testkit.TrackerContract;
import io.mlops4j.tracking.StoreTracker;
import io.mlops4j.tracking.Tracker;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3TrackerTest extends TrackerContract {
    private static S3Bucket bucket;

    private final Prefix folder = Prefix.of("tracking", UUID.randomUUID().toString());

    @BeforeAll
    static void connect() {
        bucket = S3Server.shared().bucket();
    }

    @AfterAll
    static void disconnect() {
        bucket.close();
    }

    @Override
    protected Tracker open(Clock clock) {
        return StoreTracker.open(S3ObjectStore.in(bucket).under(folder).open(), clock);
    }
}
