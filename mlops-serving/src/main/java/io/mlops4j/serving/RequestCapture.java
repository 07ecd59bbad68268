package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.inference.Inference;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.internal.Text;
import io.mlops4j.internal.json.Json;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import io.mlops4j.serving.trial.Buckets;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes some of the answered requests to a model into a file, so that the next version can be warmed with what callers
 * really ask.
 *
 * <pre>{@code
 * try (var capture = RequestCapture.open(file, rides, 0.01, 10 << 20);
 *         var server = ModelServer.builder().serve(rides, model).observedBy(capture).start()) { … }
 *
 * ModelServer.builder().serve(rides, next).warmUp(WarmUp.by(RequestCapture.read(file, 100))).start();
 * }</pre>
 *
 * <p>The file has one JSON object a line, with the version that was asked and its inputs, numbers as base64 of their
 * little-endian bytes. It holds what callers sent: only the user who runs the server may read it, where the file system
 * knows permissions. Which requests are taken is decided by a hash of their ids. A caller never waits for another one's
 * request to be written: one that would have to is not captured. When the file is full, or cannot be written, capturing
 * ends; the server goes on. A scored row is captured as the request that it stands for. A file that is there is never
 * written to: a service that is started again and again takes a {@link CaptureFolder}.
 *
 * <p>Thread-safe.
 */
public final class RequestCapture implements InferenceListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RequestCapture.class);

    /** Longer lines are neither written nor read. */
    private static final int MAX_LINE = 8 << 20;

    private final Path file;
    private final ModelName model;
    private final double share;
    private final long maxBytes;
    private final Buckets buckets = new Buckets("capture");
    private final ReentrantLock writing = new ReentrantLock();
    private final OutputStream out;

    @GuardedBy("writing") private long bytes;

    private volatile boolean ended;

    private final AtomicInteger captured = new AtomicInteger();

    private RequestCapture(Path file, ModelName model, double share, long maxBytes, OutputStream out) {
        this.file = file;
        this.model = model;
        this.share = share;
        this.maxBytes = maxBytes;
        this.out = out;
    }

    /**
     * Makes the file.
     *
     * @param file must not be there yet
     * @param model whose requests to capture
     * @param share which part of them, more than 0, at most 1
     * @param maxBytes the most that the file may grow to, 1 or more
     * @return to be added to a server by {@link ModelServerBuilder#observedBy}, and closed after it
     * @throws AlreadyExistsException if the file is there
     * @throws StorageException if it cannot be made
     * @throws IllegalArgumentException if a number is out of range
     */
    public static RequestCapture open(Path file, ModelName model, double share, long maxBytes) {
        requireNonNull(model, "model");
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "Invalid share of requests " + share + ": expected more than 0, at most 1");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("Invalid size of a capture " + maxBytes + ": expected 1 byte or more");
        }
        try {
            return new RequestCapture(file, model, share, maxBytes, create(file));
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException(
                    "Cannot capture requests into " + file + ": it exists, expected a new file");
        } catch (IOException e) {
            throw new StorageException("Cannot capture requests into " + file, e);
        }
    }

    private static OutputStream create(Path file) throws IOException {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Files.createFile(file, attributes);
        // Unlike a channel, a stream is not closed when a caller that is interrupted writes to it.
        return Files.newOutputStream(file, StandardOpenOption.WRITE);
    }

    @Override
    public void onInference(Inference inference) {
        if (ended || !inference.version().model().equals(model) || buckets.of(inference.id()) >= share) {
            return;
        }
        Optional<CapturedRequest> request = CapturedRequest.of(inference);
        if (request.isPresent() && writing.tryLock()) {
            try {
                write(Json.write(request.get()));
            } finally {
                writing.unlock();
            }
        }
    }

    @GuardedBy("writing") private void write(byte[] line) {
        if (ended || line.length > MAX_LINE) {
            return;
        }
        if (bytes + line.length + 1 > maxBytes) {
            ended = true;
            return;
        }
        byte[] whole = Arrays.copyOf(line, line.length + 1);
        whole[line.length] = '\n';
        try {
            out.write(whole);
        } catch (IOException e) {
            ended = true;
            LOG.warn("Cannot capture requests into {} any more", file, e);
            return;
        }
        bytes += line.length + 1;
        captured.incrementAndGet();
    }

    /**
     * How many requests are in the file.
     *
     * @return 0 or more
     */
    public int captured() {
        return captured.get();
    }

    /**
     * Reads captured requests.
     *
     * @param file what a capture has written, finished or not
     * @param most how many requests to read at most, from the first, 1 or more
     * @return the inputs of each; a last line that is not whole is passed over
     * @throws CorruptionException if a line is no captured request
     * @throws StorageException if the file cannot be read
     * @throws IllegalArgumentException if {@code most} is out of range
     */
    public static List<Map<String, Value>> read(Path file, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("Invalid number of requests " + most + ": expected 1 or more");
        }
        List<Map<String, Value>> requests = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Optional<byte[]> line = line(file, in);
            while (line.isPresent() && requests.size() < most) {
                String what = "captured request " + (requests.size() + 1) + " of " + Text.quote(file.toString());
                requests.add(Json.read(what, line.get(), CapturedRequest.class).values(what));
                line = line(file, in);
            }
        } catch (IOException e) {
            throw new StorageException("Cannot read captured requests from " + file, e);
        }
        return requests;
    }

    /** The next line that has its end. */
    private static Optional<byte[]> line(Path file, InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return Optional.of(line.toByteArray());
            }
            line.write(next);
            if (line.size() > MAX_LINE) {
                throw new CorruptionException("Cannot read captured requests from " + Text.quote(file.toString())
                        + ": a line is longer than " + MAX_LINE + " bytes");
            }
        }
        return Optional.empty();
    }

    /**
     * Ends capturing and closes the file.
     *
     * @throws StorageException if the file cannot be closed
     */
    @Override
    public void close() {
        writing.lock();
        try {
            ended = true;
            out.close();
        } catch (IOException e) {
            throw new StorageException("Cannot close the captured requests in " + file, e);
        } finally {
            writing.unlock();
        }
    }
}
