package dev.duet.registry;

import dev.duet.delivery.RetriableException;
import dev.duet.envelope.UnusableSchemaException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One question to the registry. Answers are sorted by what helps:
 *
 * <pre>
 * 200                                      the body
 * 404                                      nothing, said by an empty answer
 * 408, 425, 429, 5xx, no answer in time    {@link RetriableException}: asking again
 * others                                   {@link UnusableSchemaException}: an operator
 * </pre>
 */
final class RegistryHttp {
    private static final int MAX_BYTES = 8 << 20;

    private final HttpClient http;
    private final Duration timeout;
    private final @Nullable String authorization;

    /** @param tls null: the JDK's trusted certificates */
    RegistryHttp(RegistryConfig config, @Nullable SSLContext tls) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(config.timeout());
        this.http = (tls == null ? builder : builder.sslContext(tls)).build();
        this.timeout = config.timeout();
        this.authorization = authorization(config);
    }

    private static @Nullable String authorization(RegistryConfig config) {
        if (config.token().isPresent()) {
            return "Bearer " + config.token().get();
        }
        if (config.user().isEmpty()) {
            return null;
        }
        String pair = config.user().get() + ":" + config.password().orElse("");
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** The body; empty if there is no such thing. Blocks up to the time limit. */
    Optional<String> get(String url) throws UnusableSchemaException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(timeout)
                .header("Accept", "application/json, application/vnd.schemaregistry.v1+json, */*");
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), response -> new BoundedBody(MAX_BYTES));
        try {
            // The request's own limit ends with the answer's head.
            return body(url, answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new RetriableException("the schema registry did not answer " + url + " within " + timeout, e);
        } catch (ExecutionException e) {
            throw failure(url, e.getCause() == null ? e : e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static RuntimeException failure(String url, Throwable cause) throws UnusableSchemaException {
        if (cause instanceof BoundedBody.TooLargeException) {
            throw new UnusableSchemaException("the registry's answer to " + url + " is longer than " + MAX_BYTES
                    + " bytes; look at what answers there");
        }
        if (cause instanceof IOException) {
            String message = cause.getMessage();
            return new RetriableException(
                    "the schema registry can't be asked for " + url + ": "
                            + cause.getClass().getSimpleName() + (message == null ? "" : ", " + message),
                    cause);
        }
        return new IllegalStateException("unexpected while asking for " + url, cause);
    }

    private static Optional<String> body(String url, HttpResponse<byte[]> response) throws UnusableSchemaException {
        int status = response.statusCode();
        if (status == 200) {
            return Optional.of(new String(response.body(), StandardCharsets.UTF_8));
        }
        if (status == 404) {
            return Optional.empty();
        }
        if (status >= 500 || status == 408 || status == 425 || status == 429) {
            throw new RetriableException("the schema registry answers " + url + " with status " + status);
        }
        if (status == 401 || status == 403) {
            throw new UnusableSchemaException("the registry refuses to answer " + url + " (status " + status
                    + "). Set duet.source.registry.user and .password, or .token, to those of a user who may read schemas, and"
                    + " restart Duet");
        }
        throw new UnusableSchemaException("the registry answers " + url + " with status " + status
                + ". Set duet.source.registry.url to where its interface begins, and restart Duet");
    }
}
