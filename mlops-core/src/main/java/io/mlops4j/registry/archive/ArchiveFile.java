package io.mlops4j.registry.archive;

import io.mlops4j.CorruptionException;
import io.mlops4j.NotFoundException;
import io.mlops4j.RejectedInputException;
import io.mlops4j.StorageException;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An archive on disk that is open for reading. It is opened once and read by position, so that whoever replaces the file
 * replaces nothing that is being read; who writes into it is found out by digest.
 *
 * <p>Thread-safe.
 */
final class ArchiveFile implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private ArchiveFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static ArchiveFile open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new NotFoundException("Cannot import " + file + ": there is no such regular file");
        }
        try {
            return new ArchiveFile(file, FileChannel.open(file, StandardOpenOption.READ));
        } catch (IOException e) {
            throw new StorageException("Cannot import " + file + ": it cannot be read", e);
        }
    }

    /** A manifest, and where in the file its blobs begin. */
    record Opened(ArchiveManifest manifest, long blobsAt) {}

    /**
     * Reads the manifest, and checks that the file is just as long as the manifest demands.
     *
     * @throws RejectedInputException if it is no archive
     */
    Opened manifest(long limit) {
        OptionalLong size = TarHeader.size(ArchiveManifest.FILE, bytes(0, TarHeader.BLOCK));
        if (size.isEmpty() || size.getAsLong() > ArchiveManifest.MAX_BYTES) {
            throw refused("it does not begin with a " + ArchiveManifest.FILE + " of at most "
                    + ArchiveManifest.MAX_BYTES + " bytes");
        }
        int length = (int) size.getAsLong();
        ArchiveManifest manifest = parse(bytes(TarHeader.BLOCK, length));
        long expected = length(manifest, length);
        if (length() != expected || expected > limit) {
            throw refused("it has " + length() + " bytes, expected " + expected + " as its manifest says, and at most "
                    + limit);
        }
        requireZeros(TarHeader.BLOCK + (long) length, TarHeader.padded(length) - length);
        requireZeros(expected - TarHeader.END, TarHeader.END);
        return new Opened(manifest, TarHeader.BLOCK + TarHeader.padded(length));
    }

    private ArchiveManifest parse(byte[] json) {
        try {
            ArchiveManifest manifest = Json.read(ArchiveManifest.FILE, json, ArchiveManifest.class);
            if (!manifest.format().equals(ArchiveManifest.FORMAT) || manifest.schema() != ArchiveManifest.SCHEMA) {
                throw refused("its manifest is not of format " + ArchiveManifest.FORMAT + ", schema "
                        + ArchiveManifest.SCHEMA + "; it may have been written by a newer version");
            }
            return manifest;
        } catch (CorruptionException e) {
            throw new RejectedInputException("Cannot import " + file + ": its manifest is malformed", e);
        }
    }

    private long length(ArchiveManifest manifest, int manifestBytes) {
        try {
            return manifest.length(manifestBytes);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new RejectedInputException("Cannot import " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * The content of the blob whose header should stand at a position, not yet verified.
     *
     * @throws RejectedInputException if another header stands there, or the padding is not zeros
     */
    Region blob(long at, Map.Entry<Digest, Long> blob) {
        byte[] expected = TarHeader.of(ArchiveManifest.path(blob.getKey()), blob.getValue());
        if (!Arrays.equals(expected, bytes(at, TarHeader.BLOCK))) {
            throw refused("at byte " + at + " there is something else than the header of blob " + blob.getKey());
        }
        long from = at + TarHeader.BLOCK;
        requireZeros(from + blob.getValue(), TarHeader.padded(blob.getValue()) - blob.getValue());
        return new Region(channel, from, blob.getValue());
    }

    private void requireZeros(long at, long count) {
        if (!Arrays.equals(bytes(at, (int) count), new byte[(int) count])) {
            throw refused("at byte " + at + " there is something else than " + count + " zeros");
        }
    }

    private byte[] bytes(long at, int count) {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    throw refused("it ends at byte " + (at + buffer.position()) + ", expected more");
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return buffer.array();
    }

    private long length() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private StorageException unreadable(IOException e) {
        return new StorageException("Cannot import " + file + ": it cannot be read", e);
    }

    RejectedInputException refused(String why) {
        return new RejectedInputException("Cannot import " + file + ": " + why);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }
}
