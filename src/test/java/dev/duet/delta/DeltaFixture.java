package dev.duet.delta;

import dev.duet.EmbeddedStack;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Configurations for tests, each with a root of its own. */
final class DeltaFixture {
    private DeltaFixture() {}

    static DeltaConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(DeltaConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(DeltaConfig.class);
    }

    /** A root on the embedded stack's S3 server. */
    static Map<String, String> s3(String prefix) {
        return s3(prefix, EmbeddedStack.shared().s3Endpoint());
    }

    static Map<String, String> s3(String prefix, String endpoint) {
        EmbeddedStack stack = EmbeddedStack.shared();
        Map<String, String> settings = new HashMap<>();
        settings.put(
                "duet.delta.root",
                "s3a://" + stack.s3Bucket() + "/delta-test/" + prefix + "-" + Long.toString(System.nanoTime(), 36));
        settings.put("duet.delta.s3.endpoint", endpoint);
        settings.put("duet.delta.s3.region", stack.s3Region());
        settings.put("duet.delta.s3.path-style-access", "true");
        settings.put("duet.delta.s3.access-key", stack.s3AccessKey());
        settings.put("duet.delta.s3.secret-key", stack.s3SecretKey());
        return settings;
    }

    /** A root in a new directory below {@code target}. */
    static Map<String, String> disk(String prefix) {
        try {
            Path target = Files.createDirectories(Path.of(System.getProperty("duet.basedir", "."))
                    .toAbsolutePath()
                    .resolve("target"));
            Map<String, String> settings = new HashMap<>();
            settings.put(
                    "duet.delta.root",
                    "file://" + Files.createTempDirectory(target, prefix).toAbsolutePath());
            return settings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a stage; its own failure comes out, unwrapped. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : e.getCause();
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(cause);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
