package io.mlops4j.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import io.mlops4j.store.Key;
import io.mlops4j.store.Prefix;
import io.mlops4j.store.PutOutcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** What is found out, and said, when a store is opened. */
class S3OpeningTest {
    private static final Retries BRIEF = new Retries(2, Duration.ofMillis(1), Duration.ofMillis(1));

    private final Prefix folder = Prefix.of("opening", UUID.randomUUID().toString());

    @Test
    void open_serverThatIgnoresConditions_isRefused() {
        try (S3Server server = S3Server.careless();
                S3Bucket bucket = server.bucket()) {
            bucket.connection().client().createBucket(request -> request.bucket(S3Server.BUCKET));
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3ObjectStore.in(bucket).open())
                    .withMessageContaining("ignores the condition If-None-Match: * of PutObject")
                    .withMessageContaining(server.uri().toString());
            assertThat(S3ObjectStore.in(bucket).readOnly().open().get(Key.of("a")))
                    .isEmpty();
        }
    }

    @Test
    void open_serverThatIgnoresTheConditionOfCompletions_isRefused() throws IOException {
        try (FaultyLine line = FaultyLine.to(S3Server.shared().uri(), S3OpeningTest::completeAtAnyRate);
                S3Bucket bucket = S3Server.to(line.uri()).retrying(BRIEF).open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3ObjectStore.in(bucket).under(folder).open())
                    .withMessageContaining("of CompleteMultipartUpload");
        }
    }

    /** An empty reply with status 200 is what a client takes for success. */
    private static Fault completeAtAnyRate(FaultyLine.Request request) {
        return request.isConditionalCreate() && request.method().equals("POST") ? Fault.answered(200) : Fault.NONE;
    }

    @Test
    void open_manyAtOnce_allGoWellAndLeaveNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (S3Bucket bucket = S3Server.shared().bucket()) {
            List<Future<?>> opened = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                opened.add(threads.submit(
                        () -> S3ObjectStore.in(bucket).under(folder).open().close()));
            }
            for (Future<?> one : opened) {
                one.get();
            }
            assertThat(bucket.connection()
                            .client()
                            .listObjectsV2(list -> list.bucket(S3Server.BUCKET).prefix(folder.value()))
                            .contents())
                    .isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void open_noSuchBucket_saysSo() {
        try (S3Bucket bucket = S3Bucket.named("absent")
                .at(S3Server.shared().uri())
                .withPathStyle()
                .as("test", "secret")
                .open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3ObjectStore.in(bucket).open())
                    .withMessageContaining("there is no such bucket")
                    .withMessageContaining("bucket absent at http://127.0.0.1");
        }
    }

    @Test
    void open_wrongSecret_saysSoWithoutIt() {
        try (S3Bucket bucket = S3Bucket.named(S3Server.BUCKET)
                .at(S3Server.shared().uri())
                .withPathStyle()
                .as("test", "another-secret")
                .open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3ObjectStore.in(bucket).open())
                    .withMessageContaining("the server does not accept these credentials")
                    .withMessageNotContaining("another-secret");
        }
    }

    @Test
    void open_nobodyListens_saysSo() throws IOException {
        URI nowhere;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nowhere = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        try (S3Bucket bucket = S3Server.to(nowhere).retrying(BRIEF).open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3ObjectStore.in(bucket).open())
                    .withMessageContaining("cannot be reached")
                    .withMessageContaining(nowhere.toString());
        }
    }

    @Test
    void readOnly_writesNothing() {
        try (S3Bucket bucket = S3Server.shared().bucket()) {
            var writer = S3ObjectStore.in(bucket).under(folder).open();
            var reader = S3ObjectStore.in(bucket).under(folder).readOnly().open();
            writer.putIfAbsent(Key.of("a"), Content.of(new byte[3]));
            assertThat(reader.get(Key.of("a"))).isPresent();
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> reader.putIfAbsent(Key.of("b"), Content.of(new byte[3])))
                    .withMessageContaining("opened to read only");
            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> reader.delete(Key.of("a")));
            assertThat(writer.get(Key.of("a"))).isPresent();
        }
    }

    @Test
    void withoutChecksums_putsOfAllKinds_work() {
        try (S3Bucket bucket =
                S3Server.to(S3Server.shared().uri()).withoutChecksums().open()) {
            var store = S3ObjectStore.in(bucket)
                    .under(folder)
                    .withPartSize(S3ObjectStoreBuilder.MIN_PART_SIZE)
                    .inPartsAbove(3 * S3ObjectStoreBuilder.MIN_PART_SIZE)
                    .sendingAtATime(1)
                    .open();
            for (int parts = 1; parts <= 4; parts++) {
                Key key = Key.of("parts-" + parts);
                byte[] bytes = new byte[parts * S3ObjectStoreBuilder.MIN_PART_SIZE];
                assertThat(store.putIfAbsent(key, Content.of(bytes))).isEqualTo(PutOutcome.CREATED);
                assertThat(store.get(key).orElseThrow().size()).isEqualTo(bytes.length);
            }
        }
    }

    @Test
    void using_aClientOfTheCallers_leavesItOpen() {
        try (S3Bucket own = S3Server.shared().bucket()) {
            try (S3Bucket bucket = S3Bucket.using(own.connection().client(), S3Server.BUCKET)) {
                S3ObjectStore.in(bucket).under(folder).open().putIfAbsent(Key.of("a"), Content.of(new byte[1]));
            }
            assertThat(S3ObjectStore.in(own).under(folder).open().get(Key.of("a")))
                    .isPresent();
        }
    }

    @Test
    void list_namesOfOthers_arePassedOver() {
        try (S3Bucket bucket = S3Server.shared().bucket()) {
            var store = S3ObjectStore.in(bucket).under(folder).open();
            for (String name : List.of("a", "b=c!", "d e!", "\u00e9!", "x!/y", "m\"<&>!", "plus+!")) {
                bucket.connection()
                        .client()
                        .putObject(put -> put.bucket(S3Server.BUCKET).key(folder + name), RequestBody.empty());
            }
            for (String key : List.of("a", "c", "e", "z")) {
                store.putIfAbsent(Key.of(key), Content.of(new byte[1]));
            }
            List<Key> keys = new ArrayList<>();
            for (var page = store.list(Prefix.all(), null, 2); ; ) {
                keys.addAll(page.keys());
                if (!page.more()) {
                    break;
                }
                page = store.list(Prefix.all(), keys.get(keys.size() - 1), 2);
            }
            assertThat(keys).map(Key::value).containsExactly("a", "c", "e", "z");
        }
    }

    @Test
    void names_ofBucketsAndEndpoints_areChecked() {
        for (String name : List.of("", "a", "a/b", "a b", "../x", "a\nb", "-ab", "é".repeat(3), "a".repeat(256))) {
            assertThatIllegalArgumentException().as(name).isThrownBy(() -> S3Bucket.named(name));
        }
        for (String uri : List.of("ftp://host", "http:///path", "relative", "https://user:secret@host")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> S3Bucket.named("models").at(URI.create(uri)))
                    .withMessageNotContaining("secret");
        }
    }
}
