package io.mlops4j.store.s3;

import static io.mlops4j.store.PutOutcome.CREATED;
import static io.mlops4j.store.PutOutcome.EXISTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.OutcomeUnknownException;
import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.PutOutcome;
import io.mlops4j.store.StoredObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;

/** What a store makes of a line on which one thing goes wrong. */
class S3FaultTest {
    private static final byte[] MEDIUM = random(OneLine.PARTS_ABOVE - 1);
    private static final byte[] LARGE = random(3 * S3ObjectStoreBuilder.MIN_PART_SIZE / 2);

    private OneLine line;

    @BeforeEach
    void lay() throws IOException {
        line = new OneLine();
    }

    @AfterEach
    void close() throws IOException {
        line.close();
    }

    @Test
    void put_replyLost_isOurs() {
        line.script("PUT", Fault.REPLY_LOST);
        assertThat(line.put("mine")).isEqualTo(CREATED);
    }

    @Test
    void put_doneButCalledFailed_isOurs() {
        line.script("PUT", Fault.doneButAnswered(500));
        assertThat(line.put("mine")).isEqualTo(CREATED);
    }

    @Test
    void put_repeatedBySomethingOnTheWay_isOurs() {
        line.script("PUT", Fault.doneButAnswered(412));
        assertThat(line.put("mine")).isEqualTo(CREATED);
    }

    @Test
    void put_requestLost_isSentAgain() {
        line.script("PUT", Fault.REQUEST_LOST, Fault.answered(503));
        assertThat(line.put("mine")).isEqualTo(CREATED);
        assertThat(line.text()).isEqualTo("mine");
    }

    @Test
    void put_replyLostButAnotherWasThere_exists() {
        line.put("theirs");
        line.script("PUT", Fault.REPLY_LOST);
        assertThat(line.put("mine")).isEqualTo(EXISTS);
        assertThat(line.text()).isEqualTo("theirs");
    }

    @Test
    void put_contended_isTriedAgain() {
        line.script("PUT", Fault.answered(409), Fault.answered(409));
        assertThat(line.put("mine")).isEqualTo(CREATED);
    }

    @Test
    void put_contendedToTheEnd_isNotWritten() {
        line.script(request -> request.method().equals("PUT") ? Fault.answered(409) : Fault.NONE);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> line.put("mine"))
                .withMessageContaining("logs/1")
                .withMessageContaining("bucket models at http://127.0.0.1")
                .withMessageContaining("409");
    }

    @Test
    void put_lostToTheEnd_isUnknown() {
        line.script(request -> request.method().equals("PUT") ? Fault.REQUEST_LOST : Fault.NONE);
        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> line.put("mine"));
    }

    @Test
    void put_replyLostAndNobodyAnswersAnyMore_isUnknownAndNothingIsDeleted() {
        line.script(request -> request.method().equals("PUT") ? Fault.REPLY_LOST : Fault.REQUEST_LOST);
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> line.put("mine"))
                .withMessageContaining("logs/1");
        assertThat(line.requests()).noneMatch(request -> request.startsWith("DELETE"));
        line.script(request -> Fault.NONE);
        assertThat(line.text()).isEqualTo("mine");
    }

    @Test
    void put_refused_isNotTriedAgain() {
        line.script("PUT", Fault.answered(403));
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> line.put("mine"));
        assertThat(line.requests()).hasSize(1);
    }

    @Test
    void put_requestLostThenRefused_isUnknown() {
        line.script("PUT", Fault.REQUEST_LOST, Fault.answered(403));
        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> line.put("mine"));
    }

    @Test
    void put_interrupted_stopsAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> line.put("mine"));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void putMedium_readsBackAndTakesOneRequest() {
        assertThat(putMedium()).isEqualTo(CREATED);
        assertThat(line.requests().stream().filter(r -> r.startsWith("PUT"))).hasSize(1);
        assertThat(found().bytes(MEDIUM.length)).isEqualTo(MEDIUM);
        assertThat(putMedium()).isEqualTo(EXISTS);
    }

    @Test
    void putMedium_requestsLost_isReadAndSentAgain() {
        line.script("PUT", Fault.REQUEST_LOST, Fault.answered(503));
        assertThat(putMedium()).isEqualTo(CREATED);
        assertThat(found().bytes(MEDIUM.length)).isEqualTo(MEDIUM);
    }

    @Test
    void putMedium_replyLost_isOurs() {
        line.script("PUT", Fault.REPLY_LOST);
        assertThat(putMedium()).isEqualTo(CREATED);
    }

    @Test
    void putMedium_contentIsNotAsLongAsItSaid_isNotSent() {
        for (int off : new int[] {-1, 1}) {
            Content content = new Flawed(MEDIUM.length + off, MEDIUM.length, 0);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> line.store().putIfAbsent(OneLine.KEY, content))
                    .withMessageContaining("logs/1")
                    .withMessageContaining("it said");
        }
        assertThat(line.requests()).noneMatch(request -> request.startsWith("PUT"));
    }

    @Test
    void putMedium_contentBreaksOffWhileSent_createsNothing() {
        for (int readings = 1; readings <= 2; readings++) {
            Content content = new Flawed(MEDIUM.length, MEDIUM.length / 2, readings);
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> line.store().putIfAbsent(OneLine.KEY, content))
                    .withMessageContaining("logs/1")
                    .withMessageContaining("it said");
            assertThat(line.store().get(OneLine.KEY)).isEmpty();
        }
    }

    @Test
    void putMedium_contentChangesAfterItsChecksum_isNeverThere() {
        var readings = new AtomicInteger();
        Content content = new Content() {
            @Override
            public long size() {
                return MEDIUM.length;
            }

            @Override
            public InputStream open() {
                byte[] bytes = MEDIUM.clone();
                bytes[0] += (byte) (readings.getAndIncrement() == 0 ? 0 : 1);
                return new ByteArrayInputStream(bytes);
            }
        };
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> line.store().putIfAbsent(OneLine.KEY, content));
        assertThat(line.store().get(OneLine.KEY)).isEmpty();
    }

    @Test
    void putMedium_requestLostAndContentGone_isUnknown() {
        line.script("PUT", Fault.REQUEST_LOST);
        Content content = new Flawed(MEDIUM.length, MEDIUM.length / 2, 3);
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> line.store().putIfAbsent(OneLine.KEY, content))
                .withMessageContaining("logs/1")
                .withMessageContaining("it said");
    }

    @Test
    void putLarge_readsBack() {
        assertThat(putLarge()).isEqualTo(CREATED);
        assertThat(found().bytes(LARGE.length)).isEqualTo(LARGE);
        assertThat(putLarge()).isEqualTo(EXISTS);
    }

    @Test
    void putLarge_partsFailOnce_areSentAgain() {
        line.script("PUT", Fault.REPLY_LOST, Fault.answered(503));
        assertThat(putLarge()).isEqualTo(CREATED);
        assertThat(found().bytes(LARGE.length)).isEqualTo(LARGE);
    }

    @Test
    void putLarge_partFailsForGood_isAborted() {
        line.script(request -> request.target().contains("partNumber=2") ? Fault.answered(500) : Fault.NONE);
        assertThatExceptionOfType(StorageException.class).isThrownBy(this::putLarge);
        assertThat(aborts()).isEqualTo(1);
        assertThat(uploads()).isZero();
        assertThat(line.store().get(OneLine.KEY)).isEmpty();
    }

    @Test
    void putLarge_completionReplyLost_isOurs() {
        line.script(request -> request.isConditionalCreate() ? Fault.REPLY_LOST : Fault.NONE);
        assertThat(putLarge()).isEqualTo(CREATED);
        assertThat(aborts()).isZero();
    }

    @Test
    void putLarge_anotherCameFirst_existsAndIsAborted() {
        line.script(request -> {
            if (request.isConditionalCreate() && request.method().equals("POST")) {
                line.put("theirs");
            }
            return Fault.NONE;
        });
        assertThat(putLarge()).isEqualTo(EXISTS);
        assertThat(aborts()).isEqualTo(1);
        assertThat(uploads()).isZero();
        assertThat(line.text()).isEqualTo("theirs");
    }

    @Test
    void putLarge_completionUnknown_isNotAborted() {
        line.script(request -> request.isConditionalCreate() ? Fault.REQUEST_LOST : Fault.NONE);
        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(this::putLarge);
        assertThat(aborts()).isZero();
    }

    @Test
    void putLarge_contentEndsEarly_isAborted() {
        Content content = new Flawed(LARGE.length, LARGE.length - 1, 0);
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> line.store().putIfAbsent(OneLine.KEY, content));
        assertThat(uploads()).isZero();
    }

    @Test
    void read_breaksOff_isResumed() throws IOException {
        putLarge();
        StoredObject object = found();
        line.script("GET", Fault.cutAfter(2_000_000), Fault.cutAfter(1_000_000), Fault.answered(500));
        try (InputStream in = object.open(1000, LARGE.length - 2000)) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(LARGE, 1000, LARGE.length - 1000));
        }
    }

    @Test
    void read_breaksOffAgainAndAgain_fails() throws IOException {
        putLarge();
        StoredObject object = found();
        line.script(request -> request.method().equals("GET") ? Fault.cutAfter(50) : Fault.NONE);
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> object.bytes(LARGE.length));
    }

    @Test
    void read_goneMeanwhile_fails() {
        line.put("mine");
        StoredObject object = line.store().get(OneLine.KEY).orElseThrow();
        line.store().delete(OneLine.KEY);
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> object.bytes(100));
        line.put("other");
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> object.bytes(100));
    }

    @Test
    void getAndList_failAFewTimes_areAskedAgain() {
        line.put("mine");
        line.script("HEAD", Fault.REPLY_LOST, Fault.answered(500), Fault.answered(429));
        assertThat(line.store().get(OneLine.KEY)).isPresent();
        line.script("GET", Fault.REPLY_LOST, Fault.answered(500));
        assertThat(line.store().list(io.mlops4j.store.Prefix.all(), null, 10).keys())
                .containsExactly(OneLine.KEY);
    }

    @Test
    void get_failsForGood_isNotTakenForAbsent() {
        line.script(request -> Fault.answered(500));
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> line.store().get(OneLine.KEY));
    }

    @Test
    void delete_replyLost_isUnknownAndNotRepeated() {
        line.put("mine");
        line.script("DELETE", Fault.REPLY_LOST);
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> line.store().delete(OneLine.KEY));
        assertThat(line.requests().stream().filter(r -> r.startsWith("DELETE"))).hasSize(1);
    }

    /** Zeros that end early, or late, after so many readings that were whole. */
    private static final class Flawed implements Content {
        private final int size;
        private final int actual;
        private int whole;

        Flawed(int size, int actual, int whole) {
            this.size = size;
            this.actual = actual;
            this.whole = whole;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(new byte[whole-- > 0 ? size : actual]);
        }
    }

    private PutOutcome putMedium() {
        return line.store().putIfAbsent(OneLine.KEY, Content.of(MEDIUM));
    }

    private PutOutcome putLarge() {
        return line.store().putIfAbsent(OneLine.KEY, Content.of(LARGE));
    }

    private StoredObject found() {
        return line.store().get(OneLine.KEY).orElseThrow();
    }

    private long aborts() {
        return line.requests().stream()
                .filter(request -> request.startsWith("DELETE") && request.contains("uploadId="))
                .count();
    }

    /** Uploads under way of this test's key. */
    private long uploads() {
        line.script(request -> Fault.NONE);
        var request =
                ListMultipartUploadsRequest.builder().bucket(S3Server.BUCKET).build();
        String name = line.requests().stream()
                .filter(r -> r.contains("uploadId="))
                .map(r -> r.substring(r.indexOf("line/"), r.indexOf('?')))
                .findFirst()
                .orElseThrow();
        return line.connection().client().listMultipartUploads(request).uploads().stream()
                .filter(upload -> name.equals(upload.key().replace("!", "%21")))
                .count();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }
}
