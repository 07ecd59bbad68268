package io.mlops4j.store.s3;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * A line to an HTTP server on which things go wrong as a script says: a proxy that loses requests and replies, delays
 * them, lets them land late, or answers in the server's stead. One request a connection. Requests are held in memory;
 * replies are not.
 *
 * <p>Thread-safe, if the script is.
 */
public final class FaultyLine implements AutoCloseable {
    private final URI server;
    private final Function<Request, Fault> script;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(FaultyLine::thread);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<Fault.Kind, LongAdder> counts = new ConcurrentHashMap<>();

    /**
     * What a script sees of a request.
     *
     * @param method such as {@code PUT}
     * @param target path and query
     * @param head the whole head in lower case
     */
    public record Request(String method, String target, String head) {
        /** Whether it creates an object if there is none: a put, or the completion of an upload. */
        public boolean isConditionalCreate() {
            return head.contains("\r\nif-none-match: *");
        }
    }

    /** A request with its bytes. */
    private static final class Message {
        private final byte[] head;
        private final byte[] body;

        Message(byte[] head, byte[] body) {
            this.head = head;
            this.body = body;
        }
    }

    private FaultyLine(URI server, Function<Request, Fault> script) throws IOException {
        this.server = server;
        this.script = script;
        listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** Lays a line to a server. */
    public static FaultyLine to(URI server, Function<Request, Fault> script) throws IOException {
        return new FaultyLine(server, script);
    }

    /** The near end of the line. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** How often something has happened. */
    public long count(Fault.Kind kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    private static Thread thread(Runnable work) {
        var thread = new Thread(work, "faulty-line");
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                threads.execute(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            client.setTcpNoDelay(true);
            Message message = read(new BufferedInputStream(client.getInputStream(), 1 << 16));
            Fault fault = script.apply(request(message));
            counts.computeIfAbsent(fault.kind(), kind -> new LongAdder()).increment();
            happen(fault, message, client);
        } catch (IOException e) {
            // A client that left, or a server; the other end will see the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private static Request request(Message message) {
        String head = new String(message.head, StandardCharsets.ISO_8859_1);
        String[] words = head.substring(0, head.indexOf('\r')).split(" ", 3);
        return new Request(words[0], words[1], head.toLowerCase(Locale.ROOT));
    }

    private void happen(Fault fault, Message message, Socket client) throws IOException, InterruptedException {
        switch (fault.kind()) {
            case NONE -> forward(message, client.getOutputStream(), Long.MAX_VALUE);
            case REQUEST_LOST -> reset(client);
            case REPLY_LOST -> {
                forward(message, OutputStream.nullOutputStream(), Long.MAX_VALUE);
                reset(client);
            }
            case LANDS_LATE -> {
                reset(client);
                TimeUnit.MILLISECONDS.sleep(fault.amount());
                forward(message, OutputStream.nullOutputStream(), Long.MAX_VALUE);
            }
            case DELAYED -> {
                TimeUnit.MILLISECONDS.sleep(fault.amount());
                forward(message, client.getOutputStream(), Long.MAX_VALUE);
            }
            case ANSWERED -> answer(client, fault.amount());
            case DONE_BUT_ANSWERED -> {
                forward(message, OutputStream.nullOutputStream(), Long.MAX_VALUE);
                answer(client, fault.amount());
            }
            case REPLY_CUT -> {
                forward(message, client.getOutputStream(), fault.amount());
                reset(client);
            }
        }
    }

    private static void reset(Socket client) throws IOException {
        client.setSoLinger(true, 0);
        client.close();
    }

    private static void answer(Socket client, long status) throws IOException {
        String reply = "HTTP/1.1 " + status + " Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        client.getOutputStream().write(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void forward(Message message, OutputStream client, long limit) throws IOException {
        try (var upstream = new Socket(server.getHost(), server.getPort())) {
            upstream.setTcpNoDelay(true);
            OutputStream out = upstream.getOutputStream();
            out.write(message.head);
            out.write(message.body);
            out.flush();
            copy(upstream.getInputStream(), client, limit);
        }
    }

    private static void copy(InputStream from, OutputStream to, long limit) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = limit;
        for (int n; left > 0 && (n = from.read(buffer, 0, (int) Math.min(buffer.length, left))) >= 0; left -= n) {
            to.write(buffer, 0, n);
        }
        to.flush();
    }

    private static Message read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        for (int last4 = 0; last4 != 0x0d0a0d0a; ) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException();
            }
            head.write(b);
            last4 = last4 << 8 | b;
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        byte[] body = in.readNBytes(length(text));
        String closing = text.replaceAll("(?i)\r\nConnection: [^\r]*", "")
                .replaceFirst("\r\n\r\n$", "\r\nConnection: close\r\n\r\n");
        return new Message(closing.getBytes(StandardCharsets.ISO_8859_1), body);
    }

    private static int length(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }

    /** Breaks every connection. */
    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
