package io.mlops4j.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The disk as one process uses it: everything is done, and written down in a {@link Trace}; until the process is killed
 * right before a step, and does nothing more. Confined to one thread at a time.
 */
final class TracingDisk implements FileOperations {
    private final FileOperations disk = new DiskOperations();
    private final Trace trace;
    private long stepsToLive = Long.MAX_VALUE;

    TracingDisk(Trace trace) {
        this.trace = trace;
    }

    /** Thrown where the process ends. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    void killAfter(int steps) {
        stepsToLive = steps;
    }

    private void live() {
        if (stepsToLive-- <= 0) {
            stepsToLive = 0;
            throw new Killed();
        }
    }

    @Override
    public NewFile create(Path file) throws IOException {
        live();
        NewFile created = disk.create(file);
        int number = trace.created(file);
        return new NewFile() {
            @Override
            public void write(byte[] buffer, int length) throws IOException {
                live();
                created.write(buffer, length);
                trace.add(new Trace.Wrote(number, new String(buffer, 0, length, StandardCharsets.ISO_8859_1)));
            }

            @Override
            public void force() throws IOException {
                live();
                created.force();
                trace.add(new Trace.ForcedFile(number, site()));
            }

            @Override
            public void close() throws IOException {
                created.close();
            }
        };
    }

    @Override
    public void link(Path name, Path file) throws IOException {
        live();
        disk.link(name, file);
        trace.linked(name, file);
    }

    @Override
    public void unlink(Path name) throws IOException {
        live();
        disk.unlink(name);
        trace.unlinked(name);
    }

    @Override
    public void mkdir(Path folder) throws IOException {
        live();
        disk.mkdir(folder);
        trace.madeFolder(folder);
    }

    @Override
    public Folder open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return disk.open(folder);
        }
        return new Folder() {
            @Override
            public void force() {
                live();
                trace.add(new Trace.ForcedFolder(folder, site()));
            }

            @Override
            public void close() {}
        };
    }

    /** Which force of the code this is: the call, and the one that led to it. */
    private static String site() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().contains(TracingDisk.class.getSimpleName())
                                && !(frame.getClassName().equals(DurableFolders.class.getName())
                                        && frame.getMethodName().equals("force")))
                        .limit(2)
                        .map(frame -> frame.getFileName().replace(".java", "") + "." + frame.getMethodName() + ":"
                                + frame.getLineNumber())
                        .collect(Collectors.joining(" of ")));
    }
}
