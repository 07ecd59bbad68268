package io.mlops4j.serving;

import static java.util.Objects.requireNonNull;

import io.mlops4j.AlreadyExistsException;
import io.mlops4j.CorruptionException;
import io.mlops4j.StorageException;
import io.mlops4j.model.ModelName;
import io.mlops4j.model.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder in which each start of a service captures requests into a file of its own, and finds what the last one left.
 *
 * <pre>{@code
 * var captures = new CaptureFolder(Path.of("captures"), Clock.systemUTC());
 * var last = captures.read(rides, 100);                              // empty at the first start
 * try (var capture = captures.open(rides, 0.01, 10 << 20);
 *         var server = ModelServer.builder().serve(rides, model).observedBy(capture)
 *                 .warmUp(rides, last.isEmpty() ? WarmUp.madeUp() : WarmUp.by(last)).start()) { … }
 * }</pre>
 *
 * <p>A version whose inputs have changed fails on what was captured before it: then start with {@link WarmUp#madeUp}, or
 * empty the folder with that release.
 *
 * <p>A file is called as its model and the time in UTC, {@code rides-20261122T143005123Z-00.jsonl}, so that their order by
 * name is that in which they were made. No file is ever changed that is there already, so several processes may share a
 * folder; and none is deleted: that is up to who keeps the service.
 *
 * <p>Immutable.
 *
 * @param folder made when it is needed
 * @param clock what the names of the files tell
 */
public record CaptureFolder(Path folder, Clock clock) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** So many starts in one millisecond find a name. */
    private static final int MOST_AT_ONCE = 100;

    /** Checks that both are there. */
    public CaptureFolder {
        requireNonNull(folder, "folder");
        requireNonNull(clock, "clock");
    }

    /**
     * Makes the next file.
     *
     * @param model whose requests to capture
     * @param share which part of them, more than 0, at most 1
     * @param maxBytes the most that this file may grow to, 1 or more
     * @return as {@link RequestCapture#open} gives it
     * @throws AlreadyExistsException if 100 files were made in the same millisecond
     * @throws StorageException if it cannot be made
     * @throws IllegalArgumentException if a number is out of range
     */
    public RequestCapture open(ModelName model, double share, long maxBytes) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StorageException("Cannot make the folder of captures " + folder, e);
        }
        String start = model + "-" + TIME.format(clock.instant()) + "-";
        for (int i = 0; ; i++) {
            try {
                return RequestCapture.open(file(start, i), model, share, maxBytes);
            } catch (AlreadyExistsException e) {
                if (i == MOST_AT_ONCE - 1) {
                    throw e;
                }
            }
        }
    }

    private Path file(String start, int number) {
        return folder.resolve(start + (number < 10 ? "0" : "") + number + ".jsonl");
    }

    /**
     * Reads requests of the newest file that has any.
     *
     * @param model whose requests
     * @param most how many requests to read at most, from the first, 1 or more
     * @return the inputs of each; none if no file has any
     * @throws CorruptionException if a line of that file is no captured request
     * @throws StorageException if it cannot be read
     * @throws IllegalArgumentException if {@code most} is out of range
     */
    public List<Map<String, Value>> read(ModelName model, int most) {
        for (Path file : newestFirst(model)) {
            List<Map<String, Value>> requests = RequestCapture.read(file, most);
            if (!requests.isEmpty()) {
                return requests;
            }
        }
        return List.of();
    }

    private List<Path> newestFirst(ModelName model) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Pattern name = Pattern.compile(Pattern.quote(model + "-") + "\\d{8}T\\d{9}Z-\\d{2}\\.jsonl");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            name.matcher(String.valueOf(file.getFileName())).matches())
                    .sorted(Comparator.comparing((Path file) -> String.valueOf(file.getFileName()))
                            .reversed())
                    .toList();
        } catch (IOException e) {
            throw new StorageException("Cannot read the folder of captures " + folder, e);
        }
    }
}
