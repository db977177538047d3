package dev.duet.delta;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy in front of the S3 server that counts requests and does what networks and stores do. It forwards requests as they
 * are (they are signed), one for each connection.
 */
public final class FaultyProxy implements AutoCloseable {
    /** What becomes of a request. */
    public enum Fate {
        PASS,
        /** The request does not arrive; the connection breaks. */
        LOST,
        /** The request is carried out, but the connection breaks before the answer. */
        ANSWER_LOST,
        /** The request does not arrive, the answer is 503 with Retry-After. */
        REFUSED,
        /** The request does not arrive, the answer is 500. */
        FAILED,
        /** The request is carried out, and the answer is 500 all the same. */
        DONE_BUT_FAILED,
        /** The request is carried out, but no answer ever comes and the connection stays. */
        SILENT,
        /** The first byte of the answer comes late, and the rest in small pieces. */
        SLOW,
        /** The connection breaks in the middle of the answer. */
        CUT_SHORT,
        /** The request does not arrive, the answer is 404: a store that does not see yet what is there. */
        MISSING,
        /** The answer 412 is made 200: what a store answers that ignores the condition. */
        CONDITION_IGNORED
    }

    /** @param line method and path, such as {@code PUT /lake/x/_delta_log/00000000000000000001.json} */
    public record Request(String line, boolean conditional) {}

    public interface Faults {
        /** May block: then the request arrives later. */
        Fate of(Request request);

        /** The server has carried the request out; may block: then the answer arrives later. */
        default void answered(Request request) {}
    }

    private final ServerSocket server;
    /** Longer than any client waits in a test. */
    private static final long SILENCE_MILLIS = 60_000;

    private final URI target;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Faults faults = request -> Fate.PASS;

    public FaultyProxy(String target) throws IOException {
        this.target = URI.create(target);
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("faulty-proxy").start(this::accept);
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    public void faults(Faults next) {
        this.faults = next;
    }

    /** All requests so far, in order of arrival. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            List<String> head = head(in);
            String[] line = head.getFirst().split(" ");
            boolean conditional = header(head, "if-none-match") != null;
            Request request = new Request(line[0] + " " + line[1], conditional);
            requests.add(request);
            if (header(head, "expect") != null) {
                client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            }
            String length = header(head, "content-length");
            byte[] body = in.readNBytes(length == null ? 0 : Integer.parseInt(length));
            answer(client.getOutputStream(), head, body, request);
        } catch (IOException e) {
            // The client sees a broken connection, as it would in life.
        }
    }

    private void answer(OutputStream out, List<String> head, byte[] body, Request request) throws IOException {
        Faults now = faults;
        switch (now.of(request)) {
            case LOST -> {}
            case REFUSED -> refuse(out, "503 Slow Down\r\nRetry-After: 1");
            case FAILED -> refuse(out, "500 Internal Server Error");
            case MISSING -> refuse(out, "404 Not Found");
            case ANSWER_LOST -> carryOut(head, body);
            case DONE_BUT_FAILED -> {
                carryOut(head, body);
                refuse(out, "500 Internal Server Error");
            }
            case SILENT -> {
                carryOut(head, body);
                sleep(SILENCE_MILLIS);
            }
            case SLOW -> trickle(out, forward(head, body));
            case CUT_SHORT -> {
                byte[] answer = forward(head, body);
                out.write(answer, 0, answer.length * 2 / 3);
            }
            case PASS -> {
                byte[] answer = forward(head, body);
                now.answered(request);
                out.write(answer);
            }
            case CONDITION_IGNORED -> {
                byte[] answer = forward(head, body);
                if (new String(answer, 0, 12, StandardCharsets.ISO_8859_1).endsWith("412")) {
                    write(out, "HTTP/1.1 200 OK\r\nETag: \"0\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                } else {
                    out.write(answer);
                }
            }
        }
        out.flush();
    }

    private void carryOut(List<String> head, byte[] body) throws IOException {
        byte[] ignored = forward(head, body);
        assert ignored.length > 0;
    }

    private static void refuse(OutputStream out, String status) throws IOException {
        write(out, "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    private static void trickle(OutputStream out, byte[] answer) throws IOException {
        sleep(300);
        int piece = Math.max(1, answer.length / 10);
        for (int at = 0; at < answer.length; at += piece) {
            out.write(answer, at, Math.min(piece, answer.length - at));
            out.flush();
            sleep(30);
        }
    }

    private static void sleep(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private byte[] forward(List<String> head, byte[] body) throws IOException {
        try (Socket server = new Socket(target.getHost(), target.getPort())) {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            for (String line : head) {
                String name = line.toLowerCase(Locale.ROOT);
                if (!name.startsWith("connection:") && !name.startsWith("expect:")) {
                    request.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                }
            }
            request.writeBytes("Connection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            request.writeBytes(body);
            request.writeTo(server.getOutputStream());
            server.getOutputStream().flush();
            return server.getInputStream().readAllBytes();
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static @Nullable String header(List<String> head, String name) {
        for (String line : head) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return null;
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            if (c == '\n') {
                if (line.isEmpty()) {
                    return lines;
                }
                lines.add(line.toString());
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
