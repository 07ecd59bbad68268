package io.mlops4j.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.ConflictException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDataSourceTest {
    @TempDir
    Path directory;

    @Test
    void entries_areInOrderOfTheirWholeNames() throws IOException {
        write("data/a/x.csv");
        write("data/a-b");
        write("data/a.csv");
        write("data/b/c/d");
        write("data/.hidden");
        assertThat(names()).containsExactly(".hidden", "a-b", "a.csv", "a/x.csv", "b/c/d");
    }

    @Test
    void entry_saysSizeAndTime() throws IOException {
        Path file = write("data/x");
        Instant then = Instant.parse("2026-01-02T03:04:05Z");
        Files.setLastModifiedTime(file, FileTime.from(then));
        DataEntry entry = only();
        assertThat(entry.size()).isEqualTo("data/x".length());
        assertThat(entry.changed()).isEqualTo(then);
        assertThat(text(entry)).isEqualTo("data/x");
    }

    @Test
    void open_changedSinceItWasListed_isRefused() throws IOException {
        Path file = write("data/x");
        DataEntry entry = only();
        Files.writeString(file, "longer than before", StandardCharsets.UTF_8);
        assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> text(entry));
        Files.delete(file);
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> text(entry));
    }

    @Test
    void open_nameThatLeadsOut_isRejected() throws IOException {
        write("secret");
        write("data/x");
        for (String name :
                List.of("../secret", "x/../../secret", "/etc/passwd", ".", "..", "a//x", "x/", "\0", "x/y")) {
            var entry = new DataEntry(name, 6, Instant.EPOCH, "v");
            assertThatExceptionOfType(RejectedInputException.class).as(name).isThrownBy(() -> text(entry));
        }
    }

    @Test
    void link_isRejected_notFollowedAndNotPassedOver() throws IOException {
        write("secret");
        write("data/x");
        Files.createSymbolicLink(directory.resolve("data/link"), directory.resolve("secret"));
        assertThatExceptionOfType(RejectedInputException.class)
                .isThrownBy(this::names)
                .withMessageContaining("symbolic link");
        var entry = new DataEntry("link", 6, Instant.EPOCH, "v");
        assertThatExceptionOfType(RejectedInputException.class).isThrownBy(() -> text(entry));
    }

    @Test
    void linkOnTheWay_isRejected() throws IOException {
        write("data/x");
        write("elsewhere/secret");
        Files.createSymbolicLink(directory.resolve("data/link"), directory.resolve("elsewhere"));
        var entry = new DataEntry("link/secret", 6, Instant.EPOCH, "v");
        assertThatExceptionOfType(RejectedInputException.class).isThrownBy(() -> text(entry));
        assertThatExceptionOfType(RejectedInputException.class).isThrownBy(this::names);
    }

    @Test
    void of_notAFolder_isRefused() throws IOException {
        Path file = write("x");
        assertThatExceptionOfType(StorageException.class).isThrownBy(() -> FolderDataSource.of(file));
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> FolderDataSource.of(directory.resolve("absent")));
    }

    private Path write(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, name, StandardCharsets.UTF_8);
    }

    private FolderDataSource source() {
        return FolderDataSource.of(directory.resolve("data"));
    }

    private List<String> names() {
        try (Stream<DataEntry> entries = source().entries()) {
            return entries.map(DataEntry::name).toList();
        }
    }

    private DataEntry only() {
        try (Stream<DataEntry> entries = source().entries()) {
            return entries.toList().get(0);
        }
    }

    private String text(DataEntry entry) throws IOException {
        try (InputStream in = source().open(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
