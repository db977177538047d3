package dev.duet.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to PostgreSQL on which the nth COMMIT of a write, or the answer to it, is held up until {@link #release}. If the client dies
 * meanwhile, the server does not hear of it before what was sent has arrived: so it is in a network.
 */
final class CommitProxy implements AutoCloseable {
    /** A transaction of the sink that sends less is no write of rows: positions and control tables are moved by smaller ones. */
    static final int ROWS_BYTES = 8_000;
    /** One of the outbox that sends less has moved nothing: it has only looked at the positions. */
    static final int EVENTS_BYTES = 1_500;

    private final ServerSocket listener;
    private final String host;
    private final int port;
    private final int leastBytes;
    private final boolean answer;
    private final AtomicInteger left;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /**
     * Listens.
     *
     * @param leastBytes what a transaction sends at least that counts
     * @param answer whether the answer is held up, not the COMMIT
     */
    CommitProxy(String host, int port, int leastBytes, boolean answer, int times) throws IOException {
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.host = host;
        this.port = port;
        this.leastBytes = leastBytes;
        this.answer = answer;
        this.left = new AtomicInteger(times);
        Thread.ofVirtual().start(this::listen);
    }

    int port() {
        return listener.getLocalPort();
    }

    boolean isReached() {
        return reached.getCount() == 0;
    }

    void release() {
        released.countDown();
    }

    @Override
    public void close() throws IOException {
        release();
        listener.close();
    }

    private final class Wire {
        final Socket client;
        final Socket server;
        private int sinceCommit;
        private volatile boolean held;

        Wire(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void up() {
            carry(client, server, this::beforeServer);
        }

        void down() {
            carry(server, client, this::beforeClient);
        }

        private void beforeServer(String chunk) throws InterruptedException {
            sinceCommit += chunk.length();
            if (!chunk.contains("COMMIT\0")) {
                return;
            }
            boolean write = sinceCommit >= leastBytes;
            sinceCommit = 0;
            if (write && left.decrementAndGet() == 0) {
                held = answer;
                if (!answer) {
                    hold();
                }
            }
        }

        private void beforeClient(String chunk) throws InterruptedException {
            if (held) {
                held = false;
                hold();
            }
        }
    }

    private void hold() throws InterruptedException {
        reached.countDown();
        if (!released.await(10, TimeUnit.MINUTES)) {
            throw new IllegalStateException("nobody released what was held up");
        }
    }

    private interface Watch {
        void pass(String chunk) throws InterruptedException;
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Wire wire = new Wire(client, new Socket(host, port));
                Thread.ofVirtual().start(wire::up);
                Thread.ofVirtual().start(wire::down);
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new IllegalStateException("the proxy before PostgreSQL broke", e);
                }
            }
        }
    }

    private static void carry(Socket from, Socket to, Watch watch) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                watch.pass(new String(buffer, 0, read, ISO_8859_1));
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One end is gone, which is what the other end hears now.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
