package io.mlops4j.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A disk whose nth call fails, alone or with all that follow: without having done anything, or, as a network may make it
 * look, after all has been done. Confined to one thread at a time.
 */
final class FaultyDisk implements FileOperations {
    enum Mode {
        BEFORE,
        AFTER
    }

    private final FileOperations disk = new DiskOperations();
    private final Mode mode;
    private final String error;
    private int callsUntilFault;
    private boolean lasts;
    private String failed = "";

    FaultyDisk(Mode mode) {
        this(mode, "Input/output error");
    }

    FaultyDisk(Mode mode, String error) {
        this.mode = mode;
        this.error = error;
    }

    /** Lets the call after so many more fail, and none after it. */
    void failAfter(int calls) {
        callsUntilFault = calls;
        lasts = false;
        failed = "";
    }

    /** Lets the call after so many more fail, and all after it. */
    void failFrom(int calls) {
        failAfter(calls);
        lasts = true;
    }

    /** No call fails any more. */
    void repair() {
        callsUntilFault = Integer.MAX_VALUE;
    }

    /** Which call failed, or empty. */
    String failed() {
        return failed;
    }

    @Override
    public NewFile create(Path file) throws IOException {
        NewFile[] created = new NewFile[1];
        try {
            run("create", () -> created[0] = disk.create(file));
        } catch (IOException e) {
            if (created[0] != null) {
                created[0].close();
            }
            throw e;
        }
        return new FaultyFile(created[0]);
    }

    @Override
    public void link(Path name, Path file) throws IOException {
        run("link", () -> disk.link(name, file));
    }

    @Override
    public void unlink(Path name) throws IOException {
        run("unlink", () -> disk.unlink(name));
    }

    @Override
    public void mkdir(Path folder) throws IOException {
        run("mkdir", () -> disk.mkdir(folder));
    }

    @Override
    public Folder open(Path folder) throws IOException {
        Folder[] opened = new Folder[1];
        try {
            run("open folder", () -> opened[0] = disk.open(folder));
        } catch (IOException e) {
            if (opened[0] != null) {
                opened[0].close();
            }
            throw e;
        }
        return new FaultyFolder(opened[0]);
    }

    private void run(String call, Act act) throws IOException {
        if (callsUntilFault != 0) {
            callsUntilFault--;
            act.run();
            return;
        }
        callsUntilFault = lasts ? 0 : Integer.MAX_VALUE;
        failed = failed.isEmpty() ? call : failed;
        var fault = new IOException(error + " (injected: " + call + ")");
        if (mode == Mode.AFTER) {
            runAndKeepQuiet(act, fault);
        }
        throw fault;
    }

    private static void runAndKeepQuiet(Act act, IOException fault) {
        try {
            act.run();
        } catch (IOException e) {
            fault.addSuppressed(e);
        }
    }

    @FunctionalInterface
    private interface Act {
        void run() throws IOException;
    }

    private final class FaultyFile implements NewFile {
        private final NewFile file;

        FaultyFile(NewFile file) {
            this.file = file;
        }

        @Override
        public void write(byte[] buffer, int length) throws IOException {
            run("write", () -> file.write(buffer, length));
        }

        @Override
        public void force() throws IOException {
            run("force file", file::force);
        }

        @Override
        public void close() throws IOException {
            file.close();
            run("close", () -> {});
        }
    }

    private final class FaultyFolder implements Folder {
        private final Folder folder;

        FaultyFolder(Folder folder) {
            this.folder = folder;
        }

        @Override
        public void force() throws IOException {
            run("force folder", folder::force);
        }

        @Override
        public void close() {
            folder.close();
        }
    }
}
