package dev.duet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/** A TCP connection between the service and a real server that can be cut, mended, and slowed down. */
final class Cable implements AutoCloseable {
    private final ServerSocket listener;
    private final String host;
    private volatile int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile long bytesPerSecond = Long.MAX_VALUE;

    Cable(String host, int port) throws IOException {
        this(host, port, ServerSocketFactory.getDefault());
    }

    /** The service's end is made by a factory, for TLS say. */
    Cable(String host, int port, ServerSocketFactory sockets) throws IOException {
        this.listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.host = host;
        this.port = port;
        Thread.ofVirtual().start(this::listen);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Ends all connections in the middle of whatever they carry and lets none through. */
    void cut() {
        cut = true;
        sockets.forEach(Cable::closeQuietly);
        sockets.clear();
    }

    /** New connections lead to another port of the host, as after a fail-over. */
    void redirect(int other) {
        port = other;
    }

    /** Carries so much to the server and no more, until the next call. */
    void slow(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    void mend() {
        cut = false;
    }

    @Override
    public void close() throws IOException {
        cut();
        listener.close();
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (cut) {
                    closeQuietly(client);
                    continue;
                }
                Socket server = connect();
                if (server == null) {
                    closeQuietly(client);
                    continue;
                }
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> carry(client, server, true));
                Thread.ofVirtual().start(() -> carry(server, client, false));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new IllegalStateException("the test's cable broke", e);
                }
            }
        }
    }

    /** Null if nobody listens there: the server may be down. */
    private @Nullable Socket connect() {
        try {
            return new Socket(host, port);
        } catch (IOException e) {
            return null;
        }
    }

    private void carry(Socket from, Socket to, boolean limited) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[1024];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                out.write(piece, 0, n);
                if (limited && bytesPerSecond < Long.MAX_VALUE) {
                    Thread.sleep(Math.max(1, 1000L * n / bytesPerSecond));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // One end is gone: that is what a cable is for here.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.setSoLinger(true, 0); // a reset, as when a host vanishes, not an orderly end
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }
}
