package io.mlops4j.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.store.Content;
import io.mlops4j.store.PutOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two writers race for each name, on a line that loses replies and worse. Whoever is told that it won, did; whoever is
 * told that the name was taken, did not win. The profile {@code campaign} makes the races many.
 */
class LostReplyTest {
    private static final boolean CAMPAIGN = Boolean.getBoolean("campaign");
    private static final long SEED = Long.getLong("seed", 20261121);
    private static final int THREADS = 8;

    private final AtomicLong random = new AtomicLong(SEED);
    private final ExecutorService writers = Executors.newFixedThreadPool(2 * THREADS);

    /** What happened in a race. */
    private record Tally(int races, int unknown, long lostReplies) {}

    /** Makes the request that creates the object of a name. */
    private interface Writer {
        PutOutcome write(Connection connection, String name, byte[] content);
    }

    @Test
    void put_repliesAreLost_nobodyIsToldWrong() throws Exception {
        int races = CAMPAIGN ? 10_000 : 500;
        Tally tally = race(races, (connection, name, bytes) -> new SmallPut(connection, name, bytes).settle());
        assertThat(tally.lostReplies()).isGreaterThan(races / 2);
    }

    @Test
    void stream_repliesAreLost_nobodyIsToldWrong() throws Exception {
        int races = CAMPAIGN ? 2_000 : 60;
        Tally tally = race(
                races, (connection, name, bytes) -> new StreamedPut(connection, name, Content.of(bytes), bytes.length)
                        .settle());
        assertThat(tally.lostReplies()).isGreaterThan(races / 2);
    }

    @Test
    void complete_repliesAreLost_nobodyIsToldWrong() throws Exception {
        int races = CAMPAIGN ? 2_000 : 60;
        var sizes = new PartSizes(0, 1 << 20, 1);
        Tally tally = race(
                races, (connection, name, bytes) -> new LargePut(connection, name, Content.of(bytes), sizes).put());
        assertThat(tally.lostReplies()).isGreaterThan(races / 2);
    }

    private Tally race(int races, Writer writer) throws Exception {
        S3Server server = S3Server.shared();
        try (FaultyLine line = FaultyLine.to(server.uri(), this::fault);
                S3Bucket far = S3Server.to(line.uri())
                        .retrying(new Retries(6, Duration.ofMillis(5), Duration.ofMillis(50)))
                        .open();
                S3Bucket near = server.bucket()) {
            ExecutorService referees = Executors.newFixedThreadPool(THREADS);
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < races; i++) {
                results.add(referees.submit(() -> race(far.connection(), near.connection(), writer)));
            }
            int unknown = 0;
            for (Future<Integer> result : results) {
                unknown += result.get();
            }
            referees.shutdown();
            var tally = new Tally(races, unknown, line.count(Fault.Kind.REPLY_LOST));
            System.out.println("Lost replies, seed " + SEED + ": " + tally);
            return tally;
        } finally {
            writers.shutdownNow();
        }
    }

    /** Every other create loses its reply; one in ten does not arrive, or arrives late, or is done and called failed. */
    private Fault fault(FaultyLine.Request request) {
        int dice = new SplittableRandom(random.incrementAndGet()).nextInt(100);
        if (!request.isConditionalCreate()) {
            return dice < 5 ? Fault.answered(500) : Fault.NONE;
        }
        if (dice < 50) {
            return Fault.REPLY_LOST;
        }
        return switch (dice / 5) {
            case 10 -> Fault.REQUEST_LOST;
            case 11 -> Fault.landsAfter(Duration.ofMillis(dice % 5 * 5L));
            case 12 -> Fault.doneButAnswered(500);
            case 13 -> Fault.answered(503);
            case 14 -> Fault.answered(409);
            default -> Fault.NONE;
        };
    }

    /** How many of the two were left in the dark. */
    private int race(Connection far, Connection near, Writer writer) throws Exception {
        String name = "races/" + UUID.randomUUID();
        Future<@Nullable PutOutcome> one = writers.submit(attempt(far, name, "one", writer));
        Future<@Nullable PutOutcome> two = writers.submit(attempt(far, name, "two", writer));
        @Nullable PutOutcome first = one.get();
        @Nullable PutOutcome second = two.get();
        String winner = content(near, name);
        assertThat(first)
                .as("told to the first; %s is there", winner)
                .isIn(null, "one".equals(winner) ? PutOutcome.CREATED : PutOutcome.EXISTS);
        assertThat(second)
                .as("told to the second; %s is there", winner)
                .isIn(null, "two".equals(winner) ? PutOutcome.CREATED : PutOutcome.EXISTS);
        return (first == null ? 1 : 0) + (second == null ? 1 : 0);
    }

    private static Callable<@Nullable PutOutcome> attempt(
            Connection connection, String name, String text, Writer writer) {
        return () -> {
            try {
                return writer.write(connection, name, text.getBytes(StandardCharsets.UTF_8));
            } catch (OutcomeUnknownException e) {
                return null;
            }
        };
    }

    private static String content(Connection connection, String name) {
        var object = Requests.head(connection, name)
                .orElseThrow(() -> new AssertionError("nobody's write of " + name + " landed"));
        var found = new StoredS3Object(connection, name, object.contentLength(), object.eTag());
        return new String(found.bytes(100), StandardCharsets.UTF_8);
    }
}
