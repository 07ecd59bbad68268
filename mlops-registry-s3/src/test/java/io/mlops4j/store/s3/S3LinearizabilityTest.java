package io.mlops4j.store.s3;

import io.mlops4j.store.ObjectStore;
import io.mlops4j.store.Prefix;
import io.mlops4j.testkit.LinearizabilityContract;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Eight clients on a bucket behind a line that loses requests and replies, delays them, and answers what is not so. */
class S3LinearizabilityTest extends LinearizabilityContract {
    private static final long SEED = Long.getLong("seed", 20261121);

    private final AtomicLong random = new AtomicLong(SEED);
    private FaultyLine line;
    private S3Bucket bucket;

    @BeforeEach
    void connect() throws IOException {
        line = FaultyLine.to(S3Server.shared().uri(), this::fault);
        bucket = S3Server.to(line.uri())
                .retrying(new Retries(6, Duration.ofMillis(1), Duration.ofMillis(10)))
                .open();
    }

    @AfterEach
    void disconnect() throws IOException {
        bucket.close();
        line.close();
    }

    private Fault fault(FaultyLine.Request request) {
        int dice = new SplittableRandom(random.incrementAndGet()).nextInt(100);
        if (!request.isConditionalCreate()) {
            return dice < 5 ? Fault.answered(500) : Fault.NONE;
        }
        return switch (dice / 5) {
            case 0, 1, 2, 3 -> Fault.REPLY_LOST;
            case 4 -> Fault.REQUEST_LOST;
            case 5 -> Fault.landsAfter(Duration.ofMillis(dice % 5));
            case 6 -> Fault.doneButAnswered(500);
            case 7 -> Fault.answered(503);
            case 8 -> Fault.answered(409);
            default -> Fault.NONE;
        };
    }

    @Override
    protected ObjectStore open() {
        return S3ObjectStore.in(bucket)
                .under(Prefix.of("clients", UUID.randomUUID().toString()))
                .open();
    }

    /** Every call goes to a server, so that a history takes a hundred times as long as in memory. */
    @Override
    protected int histories() {
        return Boolean.getBoolean("campaign") ? 10_000 : 40;
    }

    @Override
    protected boolean deletes() {
        return false;
    }
}
