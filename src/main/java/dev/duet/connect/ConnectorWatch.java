package dev.duet.connect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.duet.connect.ConnectorState.Trouble;
import dev.duet.delivery.DeliveryListener;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka Connect now and then whether the connector runs, and tells the listener: that nothing waits says little while nothing comes.
 * On a thread of its own, and only if Connect's address is configured.
 */
@Singleton
public final class ConnectorWatch {
    /** What may pass, such as a rebalance of Connect, is told when it was seen so many times in a row. */
    static final int PATIENCE = 3;

    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final ConnectConfig config;
    private final DeliveryListener listener;
    private int passing;
    private Optional<Trouble> told = Optional.empty();
    private volatile @Nullable Thread thread;

    ConnectorWatch(ConnectConfig config, DeliveryListener listener) {
        this.config = config;
        this.listener = listener;
    }

    /**
     * Begins to ask.
     *
     * @throws IllegalArgumentException if the address is none
     */
    public void start() {
        if (config.url().isPresent()) {
            ConnectRest rest = new ConnectRest(config.url().get(), config.connector());
            thread = Thread.ofPlatform().daemon().name("duet-connector").start(() -> run(rest));
        }
    }

    @PreDestroy
    void stop() {
        Thread asking = thread;
        if (asking != null) {
            asking.interrupt();
        }
    }

    private void run(ConnectRest rest) {
        try {
            while (true) {
                heard(look(rest));
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the service stops
        }
    }

    private Optional<Trouble> look(ConnectRest rest) throws InterruptedException {
        try {
            return worst(rest.states());
        } catch (IOException e) {
            return Optional.of(new Trouble(
                    "Kafka Connect",
                    "it does not tell whether the connector runs: " + e.getMessage(),
                    "See whether Kafka Connect runs, or correct duet.connect.url; without that key nobody asks.",
                    false));
        }
    }

    /** What is told of these states: of all that is not well one thing, rather one that lasts. */
    static Optional<Trouble> worst(Map<String, JsonNode> states) {
        if (states.isEmpty()) {
            return Optional.of(new Trouble(
                    "connector",
                    "Kafka Connect has no such connector",
                    "Register it, or correct duet.connect.connector.",
                    false));
        }
        List<Trouble> all = new ArrayList<>();
        states.forEach((name, status) -> ConnectorState.troubles(name, status)
                .forEach(one -> all.add(
                        new Trouble("connector " + name + ", " + one.what(), one.detail(), one.fix(), one.lasts()))));
        return all.stream()
                .filter(Trouble::lasts)
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    /** Tells what is new, once it is sure. */
    void heard(Optional<Trouble> trouble) {
        passing = trouble.isPresent() && !trouble.get().lasts() ? passing + 1 : 0;
        if (trouble.equals(told) || (passing > 0 && passing < PATIENCE)) {
            return;
        }
        told = trouble;
        trouble.ifPresentOrElse(
                now -> listener.connectorLost(now.what() + ": " + now.detail(), now.fix()), listener::connectorBack);
    }
}
