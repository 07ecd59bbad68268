package io.mlops4j.store.s3;

import io.mlops4j.StorageException;
import io.mlops4j.store.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Sends content in parts while it is being read: the calling thread reads a part, others send the parts before it. No
 * more than one part more than are sent at a time is in memory.
 *
 * <p>Confined to one thread at a time.
 */
final class PartUploads {
    private final Connection connection;
    private final String name;
    private final String uploadId;
    private final PartSizes sizes;
    private final Deque<byte[]> free = new ArrayDeque<>();
    private final Deque<Sending> sending = new ArrayDeque<>();
    private final List<CompletedPart> done = new ArrayList<>();

    /** A part on its way. */
    private record Sending(Future<CompletedPart> result, Buffer buffer) {}

    /** Bytes of a part. */
    @SuppressWarnings("ArrayRecordComponent")
    private static final class Buffer {
        private final byte[] bytes;
        private final int length;

        Buffer(byte[] bytes, int length) {
            this.bytes = bytes;
            this.length = length;
        }
    }

    PartUploads(Connection connection, String name, String uploadId, PartSizes sizes) {
        this.connection = connection;
        this.name = name;
        this.uploadId = uploadId;
        this.sizes = sizes;
    }

    /**
     * Sends all parts, and returns when none is on its way any more, whatever happens.
     *
     * @throws StorageException if the content cannot be read, or is not as long as it said
     * @throws SdkException if a part cannot be sent
     */
    List<CompletedPart> send(Content content) {
        ExecutorService senders = Executors.newFixedThreadPool(sizes.parallel(), PartUploads::thread);
        try (InputStream in = content.open()) {
            long size = content.size();
            for (long at = 0; at < size; at += sizes.bytes()) {
                send(read(in, at, size), senders);
            }
            Contents.requireEnd(in, size);
            while (!sending.isEmpty()) {
                awaitOldest();
            }
            return done;
        } catch (IOException e) {
            throw new StorageException("Cannot store " + name + " in " + connection.where() + ": " + e, e);
        } finally {
            stop(senders);
        }
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "mlops-s3-part");
        thread.setDaemon(true);
        return thread;
    }

    private Buffer read(InputStream in, long at, long size) throws IOException {
        if (sending.size() == sizes.parallel()) {
            awaitOldest();
        }
        byte[] bytes = free.isEmpty() ? new byte[(int) Math.min(sizes.bytes(), size)] : free.pop();
        int wanted = (int) Math.min(sizes.bytes(), size - at);
        int read = in.readNBytes(bytes, 0, wanted);
        if (read < wanted) {
            throw Contents.tooShort(at + read, size);
        }
        return new Buffer(bytes, wanted);
    }

    private void send(Buffer buffer, ExecutorService senders) {
        int number = done.size() + sending.size() + 1;
        sending.add(new Sending(senders.submit(() -> send(number, buffer)), buffer));
    }

    private CompletedPart send(int number, Buffer buffer) {
        String checksum = Requests.checksum(connection, buffer.bytes, buffer.length);
        var request = UploadPartRequest.builder()
                .bucket(connection.bucket())
                .key(name)
                .uploadId(uploadId)
                .partNumber(number)
                .checksumCRC32(checksum)
                .build();
        String tag = connection
                .retries()
                .idempotent(() -> connection.client().uploadPart(request, Requests.body(buffer.bytes, buffer.length)))
                .eTag();
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(tag)
                .checksumCRC32(checksum)
                .build();
    }

    private void awaitOldest() {
        Sending oldest = sending.element();
        try {
            done.add(oldest.result().get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SdkException failure) {
                throw failure;
            }
            throw new IllegalStateException("Sending a part failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("interrupted", e);
        }
        sending.remove();
        free.push(oldest.buffer().bytes);
    }

    /** A part that lands after its upload was aborted would stay for ever. */
    private static void stop(ExecutorService senders) {
        senders.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (senders.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
