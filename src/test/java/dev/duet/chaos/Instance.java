package dev.duet.chaos;

import dev.duet.EmbeddedStack;
import dev.duet.ServiceProcess;
import dev.duet.delta.FaultyProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A process of the service, and the place where it is to be held up, if any. */
final class Instance implements AutoCloseable {
    private static final String REACTIVE_URL = "quarkus.datasource.reactive.url";
    private static final String[] JVM = {"-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"};

    private final ServiceProcess service;
    private final Hold hold;

    private Instance(ServiceProcess service, Hold hold) {
        this.service = service;
        this.hold = hold;
    }

    /** What holds it up. */
    private interface Hold {
        boolean isReached();

        void release() throws IOException;

        default void close() throws IOException {
            release();
        }
    }

    private static final Hold NONE = new Hold() {
        @Override
        public boolean isReached() {
            return false;
        }

        @Override
        public void release() {}
    };

    static Instance start(Map<String, String> settings) throws IOException {
        return new Instance(ServiceProcess.start(settings, JVM), NONE);
    }

    /** One that is held up there the nth time. */
    static Instance start(EmbeddedStack stack, Map<String, String> settings, Step.Place place, int times)
            throws IOException {
        return switch (place) {
            case Step.Inside inside -> start(settings, inside.spec(), times);
            case Step.Outside outside ->
                switch (outside.wire()) {
                    case COMMIT_UNANSWERED -> beforeSink(stack, settings, true, times);
                    case COMMIT_LATE -> beforeSink(stack, settings, false, times);
                    case LOG_PUT_UNANSWERED -> beforeStore(stack, settings, true, times);
                    case LOG_PUT_LATE -> beforeStore(stack, settings, false, times);
                    case OUTBOX_COMMIT_UNANSWERED -> beforeOutbox(stack, settings, true, times);
                    case OUTBOX_COMMIT_LATE -> beforeOutbox(stack, settings, false, times);
                };
        };
    }

    /** One that stands still itself at a fail point. */
    static Instance start(Map<String, String> settings, String spec, int times) throws IOException {
        Path folder = Files.createTempDirectory(
                Path.of(System.getProperty("duet.basedir", "."), "target").toAbsolutePath(), "failpoint");
        Map<String, String> armed = new HashMap<>(settings);
        armed.put("duet.failpoint.at", spec + ":" + times);
        armed.put("duet.failpoint.dir", folder.toString());
        return new Instance(ServiceProcess.start(armed, JVM), new Hold() {
            private final Path reached = folder.resolve(spec + ".reached");
            private final Path release = folder.resolve(spec + ".release");

            @Override
            public boolean isReached() {
                return Files.exists(reached);
            }

            @Override
            public void release() throws IOException {
                if (Files.exists(folder) && !Files.exists(release)) {
                    Files.createFile(release);
                }
            }

            @Override
            public void close() throws IOException {
                Files.deleteIfExists(reached);
                Files.deleteIfExists(release);
                Files.deleteIfExists(folder);
            }
        });
    }

    private static Instance beforeSink(EmbeddedStack stack, Map<String, String> settings, boolean answer, int times)
            throws IOException {
        CommitProxy proxy =
                new CommitProxy(stack.postgresHost(), stack.postgresPort(), CommitProxy.ROWS_BYTES, answer, times);
        return behind(proxy, settings, REACTIVE_URL, "postgresql://127.0.0.1:" + proxy.port() + database(settings));
    }

    /** The sink keeps its own way. The driver must send COMMIT as text each time, or the proxy would not know it by its number. */
    private static Instance beforeOutbox(EmbeddedStack stack, Map<String, String> settings, boolean answer, int times)
            throws IOException {
        CommitProxy proxy =
                new CommitProxy(stack.postgresHost(), stack.postgresPort(), CommitProxy.EVENTS_BYTES, answer, times);
        String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + database(settings) + "?prepareThreshold=0";
        return behind(proxy, settings, "quarkus.datasource.jdbc.url", url);
    }

    private static String database(Map<String, String> settings) {
        return URI.create(settings.getOrDefault(REACTIVE_URL, "")).getPath();
    }

    private static Instance behind(CommitProxy proxy, Map<String, String> settings, String key, String url)
            throws IOException {
        Map<String, String> through = new HashMap<>(settings);
        through.put(key, url);
        return new Instance(ServiceProcess.start(through, JVM), new Hold() {
            @Override
            public boolean isReached() {
                return proxy.isReached();
            }

            @Override
            public void release() {
                proxy.release();
            }

            @Override
            public void close() throws IOException {
                proxy.close();
            }
        });
    }

    private static Instance beforeStore(EmbeddedStack stack, Map<String, String> settings, boolean answer, int times)
            throws IOException {
        FaultyProxy proxy = new FaultyProxy(stack.s3Endpoint());
        PutGate gate = new PutGate(answer, times);
        proxy.faults(gate);
        Map<String, String> through = new HashMap<>(settings);
        through.put("duet.delta.s3.endpoint", proxy.endpoint());
        return new Instance(ServiceProcess.start(through, JVM), new Hold() {
            @Override
            public boolean isReached() {
                return gate.isReached();
            }

            @Override
            public void release() {
                gate.release();
            }

            @Override
            public void close() throws IOException {
                gate.release();
                proxy.close();
            }
        });
    }

    ServiceProcess service() {
        return service;
    }

    boolean isReached() {
        return hold.isReached();
    }

    /** It goes on from where it was held up. */
    void release() throws IOException {
        hold.release();
    }

    /** Whether it has been given partitions. */
    boolean hasStarted() throws IOException {
        return service.log().contains("event=started");
    }

    @Nullable
    String complaint() throws IOException {
        String log = service.log();
        return log.contains("event=stopped") || log.contains("please report this as a defect")
                ? "a partition was stopped, see " + service.logFile()
                : null;
    }

    /** SIGTERM, or SIGKILL if that takes too long; nothing is held up any more. */
    @Override
    public void close() throws IOException, InterruptedException {
        service.close();
        hold.close();
    }
}
