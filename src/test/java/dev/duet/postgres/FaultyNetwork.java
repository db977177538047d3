package dev.duet.postgres;

import static dev.duet.delivery.SinkContract.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** A proxy before the server that delays what passes, and cuts the connection at a chosen moment. */
final class FaultyNetwork {
    /** When the connection is cut. */
    enum Cut {
        NEVER,
        /** When the client sends COMMIT, which the server does not get. */
        BEFORE_COMMIT,
        /** When the server says that it has committed, which the client does not learn. */
        AFTER_COMMIT,
    }

    private final Vertx vertx;
    private final NetServer server;
    private final int delayMillis;
    private volatile Cut cut = Cut.NEVER;
    private volatile boolean swallows;

    FaultyNetwork(Vertx vertx, String host, int port, int delayMillis) {
        this.vertx = vertx;
        this.delayMillis = delayMillis;
        this.server = await(vertx.createNetServer()
                .connectHandler(client -> {
                    client.pause();
                    vertx.createNetClient()
                            .connect(port, host)
                            .onSuccess(real -> join(client, real))
                            .onFailure(error -> client.close());
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage());
    }

    int port() {
        return server.actualPort();
    }

    /** From now on nothing passes and nothing is closed, or all is as before for new connections. */
    void swallow(boolean all) {
        swallows = all;
    }

    /** The next COMMIT is hit. */
    void cut(Cut next) {
        cut = next;
    }

    private void join(NetSocket client, NetSocket real) {
        Runnable both = () -> {
            cut = Cut.NEVER;
            client.close();
            real.close();
        };
        // "Q", length, "COMMIT", 0 and "C", length, "COMMIT", 0 of the protocol.
        client.handler(passing(Cut.BEFORE_COMMIT, real, both)::accept);
        real.handler(passing(Cut.AFTER_COMMIT, client, both)::accept);
        client.closeHandler(gone -> real.close());
        real.closeHandler(gone -> client.close());
        client.resume();
    }

    private Consumer<Buffer> passing(Cut hit, NetSocket to, Runnable sever) {
        return bytes -> {
            if (swallows) {
                return;
            }
            if (cut == hit && bytes.toString(StandardCharsets.ISO_8859_1).contains("COMMIT\0")) {
                sever.run();
            } else if (delayMillis == 0) {
                send(to, bytes);
            } else {
                vertx.setTimer(delayMillis, timer -> send(to, bytes));
            }
        };
    }

    private static void send(NetSocket to, Buffer bytes) {
        to.write(bytes).onFailure(error -> to.close());
    }
}
