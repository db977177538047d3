package dev.duet.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.duet.delivery.Backoff;
import dev.duet.delivery.DeliveryListener;
import dev.duet.envelope.SchemaId;
import dev.duet.envelope.UnusableSchemaException;
import dev.duet.envelope.WriterSchemas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a registry can say that is no schema; that it says schemas is for AvroIT, with a real one. */
class RegistryFaultsTest {
    private static final SchemaId ID = new SchemaId(SchemaId.Kind.CONFLUENT, 7);

    private record Config(
            Optional<String> url,
            Optional<String> apicurioUrl,
            ApicurioId apicurioId,
            Optional<String> user,
            Optional<String> password,
            Optional<String> token,
            Optional<String> tlsConfigurationName,
            Duration timeout)
            implements RegistryConfig {}

    /** What the listener heard. */
    private static final class Heard implements DeliveryListener {
        private final List<String> words = new CopyOnWriteArrayList<>();

        @Override
        public void registryLost(int attempt, Duration pause, String reason) {
            words.add(reason);
        }

        @Override
        public void registryBack() {
            words.add("back");
        }
    }

    private final Heard heard = new Heard();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private HttpServer server;
    private ExecutorService threads;

    private interface Fault {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @BeforeEach
    void start() throws IOException {
        threads = Executors.newCachedThreadPool();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            try (exchange) {
                faults.get(Math.min(asked.size(), faults.size()) - 1).answer(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Fault status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    private static Fault body(String text) {
        return exchange -> {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    private WriterSchemas registry(Optional<String> user, Optional<String> token, Duration timeout) {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Config config = new Config(
                Optional.of(url + "/apis/ccompat/v7"),
                Optional.empty(),
                RegistryConfig.ApicurioId.CONTENT,
                user,
                user.map(name -> "hush"),
                token,
                Optional.empty(),
                timeout);
        return PatientRegistry.of(config, null, new Backoff(Duration.ofMillis(5), Duration.ofMillis(20)), heard);
    }

    private WriterSchemas registry() {
        return registry(Optional.empty(), Optional.empty(), Duration.ofSeconds(5));
    }

    @Test
    void whatMayPassIsAskedAgain() {
        faults.addAll(List.of(status(503), status(429), status(500), status(408), status(404)));
        assertThatThrownBy(() -> registry().find(ID))
                .isInstanceOf(UnusableSchemaException.class)
                .hasMessageContaining("knows no schema id 7")
                .hasMessageContaining("/apis/ccompat/v7")
                .hasMessageContaining("duet.source.registry.url");
        assertThat(asked).hasSize(5).containsOnly("/apis/ccompat/v7/schemas/ids/7");
        assertThat(heard.words).hasSize(5).last().isEqualTo("back");
        assertThat(heard.words.getFirst()).contains("status 503");
    }

    @Test
    void whoDoesNotAnswerInTimeIsAskedAgain() {
        Fault never = exchange -> Thread.sleep(5_000);
        Fault halfABody = exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            Thread.sleep(5_000);
        };
        faults.addAll(List.of(never, halfABody, status(404)));
        WriterSchemas hasty = registry(Optional.empty(), Optional.empty(), Duration.ofMillis(300));
        assertThatThrownBy(() -> hasty.find(ID)).isInstanceOf(UnusableSchemaException.class);
        assertThat(heard.words).hasSize(3);
    }

    @Test
    void nobodyListens() throws Exception {
        server.stop(0);
        Future<?> waiting = threads.submit(() -> registry().find(ID));
        while (heard.words.size() < 3) {
            Thread.sleep(5);
        }
        assertThat(heard.words.getFirst()).contains("can't be asked").contains("ConnectException");
        assertThat(waiting.isDone()).isFalse();
        threads.shutdownNow();
        assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(CancellationException.class);
    }

    @Test
    void whatOnlyAnOperatorMendsStops() {
        faults.add(status(401));
        assertThatThrownBy(() -> registry(Optional.of("duet"), Optional.empty(), Duration.ofSeconds(5))
                        .find(ID))
                .isInstanceOf(UnusableSchemaException.class)
                .hasMessageContaining("duet.source.registry.user")
                .hasMessageNotContaining("hush");
        for (Fault fault : List.of(status(302), status(400), body("<html>"), body("[]"), body("{\"error\":1}"))) {
            asked.clear();
            faults.clear();
            faults.add(fault);
            assertThatThrownBy(() -> registry().find(ID)).isInstanceOf(UnusableSchemaException.class);
        }
        faults.set(0, body("{\"schema\":\"{}\",\"schemaType\":\"PROTOBUF\"}"));
        assertThatThrownBy(() -> registry().find(ID)).hasMessageContaining("PROTOBUF");
        faults.set(0, body("{\"schema\":\"" + "x".repeat(9 << 20) + "\"}"));
        assertThatThrownBy(() -> registry().find(ID)).hasMessageContaining("longer than");
        assertThat(heard.words).isEmpty();
    }

    @Test
    void whoAsks() {
        faults.add(status(404));
        assertThatThrownBy(() -> registry(Optional.of("duet"), Optional.empty(), Duration.ofSeconds(5))
                .find(ID));
        assertThatThrownBy(() -> registry(Optional.empty(), Optional.of("t0"), Duration.ofSeconds(5))
                .find(ID));
        assertThatThrownBy(() -> registry().find(new SchemaId(SchemaId.Kind.APICURIO, 9)));
        String basic = Base64.getEncoder().encodeToString("duet:hush".getBytes(StandardCharsets.UTF_8));
        assertThat(authorizations).containsExactly("Basic " + basic, "Bearer t0", "null");
        assertThat(asked.getLast()).isEqualTo("/apis/registry/v3/ids/contentIds/9");
    }

    @Test
    void anAddressThatIsNoneIsRefusedWithItsKey() {
        for (String url :
                List.of("registry:8080", "ftp://registry", "http://a:b@registry", "http:// registry", "http://r?x=1")) {
            Config config = new Config(
                    Optional.of(url),
                    Optional.empty(),
                    RegistryConfig.ApicurioId.CONTENT,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofSeconds(1));
            assertThatThrownBy(() -> RegistryAddress.of(config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("duet.source.registry.url")
                    .hasMessageNotContaining("a:b");
        }
    }
}
