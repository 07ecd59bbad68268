package io.mlops4j.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.StorageException;
import io.mlops4j.dataset.DataEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

class S3DataSourceTest {
    private final S3Bucket bucket = S3Server.shared().bucket();
    private final String prefix = "data/" + UUID.randomUUID() + "/";
    private final S3DataSource source = S3DataSource.in(bucket, prefix);

    @AfterEach
    void close() {
        bucket.close();
    }

    @Test
    void entries_areNamedBelowThePrefix() {
        put("rides 2026.csv", "1");
        put("more/x+y&z.csv", "22");
        put("empty", "");
        assertThat(list()).map(DataEntry::name).containsExactly("empty", "more/x+y&z.csv", "rides 2026.csv");
        assertThat(list()).map(DataEntry::size).containsExactly(0L, 2L, 1L);
    }

    @Test
    void open_readsWhatWasListed() throws IOException {
        put("a", "first");
        put("b", "");
        assertThat(text(list().get(0))).isEqualTo("first");
        assertThat(text(list().get(1))).isEmpty();
    }

    @Test
    void open_changedOrGone_isRefused() {
        put("a", "first");
        put("b", "");
        List<DataEntry> listed = list();
        put("a", "second");
        put("b", "no longer empty");
        for (DataEntry entry : listed) {
            assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> text(entry));
            bucket.connection().client().deleteObject(d -> d.bucket(S3Server.BUCKET)
                    .key(prefix + entry.name()));
            assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> text(entry));
        }
    }

    @Test
    void entries_manyPages_areAskedForAsTheyAreNeeded() throws IOException {
        for (int i = 0; i < 1005; i++) {
            put(String.format(java.util.Locale.ROOT, "%04d", i), "");
        }
        var asked = new AtomicInteger();
        try (FaultyLine line = FaultyLine.to(S3Server.shared().uri(), request -> {
                    asked.incrementAndGet();
                    return Fault.NONE;
                });
                S3Bucket far = S3Server.to(line.uri()).open();
                Stream<DataEntry> entries = S3DataSource.in(far, prefix).entries()) {
            var names = entries.map(DataEntry::name).iterator();
            for (int i = 0; i < 1000; i++) {
                assertThat(names.next()).isEqualTo(String.format(java.util.Locale.ROOT, "%04d", i));
            }
            assertThat(asked).hasValue(1);
            assertThat(names).toIterable().hasSize(5);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void entries_noServer_fails() throws IOException {
        try (FaultyLine line = FaultyLine.to(S3Server.shared().uri(), request -> Fault.answered(500));
                S3Bucket far = S3Server.to(line.uri())
                        .retrying(new Retries(2, Duration.ofMillis(1), Duration.ofMillis(1)))
                        .open()) {
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> S3DataSource.in(far, prefix).entries());
        }
    }

    private void put(String name, String text) {
        bucket.connection()
                .client()
                .putObject(put -> put.bucket(S3Server.BUCKET).key(prefix + name), RequestBody.fromString(text));
    }

    private List<DataEntry> list() {
        try (Stream<DataEntry> entries = source.entries()) {
            return entries.toList();
        }
    }

    private String text(DataEntry entry) throws IOException {
        try (InputStream in = source.open(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
