package dev.duet.web;

import dev.duet.status.Board;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.ServiceUnavailableException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The board once a second, made once for all who listen and not at all for nobody. Who is slow misses some. */
@Singleton
final class Feed {
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final long RETRY_SECONDS = 10;

    private final Multi<String> beat;
    private final AtomicInteger listeners = new AtomicInteger();
    private final int limit;

    Feed(Board board, WebConfig config) {
        this.limit = config.maxListeners();
        this.beat = Multi.createFrom()
                .ticks()
                .every(BEAT)
                .onOverflow()
                .drop()
                .map(tick -> Json.text(BoardJson.event(board.snapshot())))
                .broadcast()
                .withCancellationAfterLastSubscriberDeparture()
                .toAllSubscribers();
    }

    /** @throws ServiceUnavailableException if as many listen as may */
    Multi<String> listen() {
        if (listeners.incrementAndGet() > limit) {
            listeners.decrementAndGet();
            throw new ServiceUnavailableException(RETRY_SECONDS);
        }
        return beat.onOverflow().drop().onTermination().invoke(listeners::decrementAndGet);
    }
}
