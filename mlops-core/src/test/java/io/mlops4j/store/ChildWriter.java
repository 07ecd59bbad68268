package io.mlops4j.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A process that puts objects into a directory and says, a line each, which it has created. It starts when a line comes
 * in, so that several can start together, and ends after its last object, or when it is killed.
 */
final class ChildWriter {
    private ChildWriter() {}

    /** Arguments: directory, prefix of the keys, name of the writer, number of objects. */
    public static void main(String[] args) throws IOException {
        try (var store = FileObjectStore.open(Path.of(args[0]))) {
            System.out.println("ready");
            System.in.read();
            int objects = Integer.parseInt(args[3]);
            for (int i = 0; i < objects; i++) {
                Key key = Key.of(args[1], String.valueOf(i % 5), String.valueOf(i));
                if (store.putIfAbsent(key, content(key, args[2])) == PutOutcome.CREATED) {
                    System.out.println(key);
                    System.out.flush();
                }
            }
        }
    }

    /** What a writer puts at a key: its name, and up to 100 kB that follow from both. */
    static Content content(Key key, String writer) {
        var random = new SplittableRandom(key.value().hashCode() * 31L + writer.hashCode());
        byte[] bytes = new byte[16 + random.nextInt(100_000)];
        random.nextBytes(bytes);
        byte[] name = writer.getBytes(StandardCharsets.US_ASCII);
        bytes[0] = (byte) name.length;
        System.arraycopy(name, 0, bytes, 1, name.length);
        return Content.of(bytes);
    }

    /** Who wrote an object, provided that it is whole. */
    static String writer(Key key, byte[] bytes) throws IOException {
        String writer = new String(bytes, 1, bytes[0], StandardCharsets.US_ASCII);
        byte[] expected = content(key, writer).open().readAllBytes();
        if (!Arrays.equals(bytes, expected)) {
            throw new IOException("Object " + key + " is not what " + writer + " wrote");
        }
        return writer;
    }

    /** Starts this class in a JVM of its own, and waits until it is ready. */
    static Running start(Path directory, String prefix, String writer, int objects) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildWriter.class.getName(),
                        directory.toString(),
                        prefix,
                        writer,
                        String.valueOf(objects)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var running = new Running(process, process.inputReader(StandardCharsets.US_ASCII));
        if (!"ready".equals(running.out().readLine())) {
            throw new IOException("The child process did not start");
        }
        return running;
    }

    /** A process and what it says. */
    record Running(Process process, BufferedReader out) implements AutoCloseable {
        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
