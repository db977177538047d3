package dev.duet.devstack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The stack as a process: what it promises to its users while it is up, after SIGTERM, and at the next start.
class DevstackTest {

    private static final String TOPIC = "pgsrc.public.fund_metadata";
    private static final int PARTITIONS = 3;

    @TempDir
    Path data;

    @Test
    void deliversChangesAndComesBackOnTheSameFolder() throws Exception {
        int port;
        try (RunningStack stack = RunningStack.launch(data, "--partitions", Integer.toString(PARTITIONS))) {
            Status status = stack.awaitReady();
            port = status.postgres().port();
            assertEquals(4, count(status, "fund_metadata"));
            assertEquals(6, count(status, "fund_unit"));
            insert(status, "Before the restart");
            awaitEvent(status, "Before the restart");
            putsOnce(status.s3());
            stack.terminate();
            assertStopped(stack, port);
        }
        try (RunningStack stack = RunningStack.launch(data, "--partitions", Integer.toString(PARTITIONS))) {
            Status status = stack.awaitReady();
            assertEquals(port, status.postgres().port());
            assertEquals(5, count(status, "fund_metadata"));
            insert(status, "After the restart");
            awaitEvent(status, "After the restart");
            stack.terminate();
            assertStopped(stack, port);
        }
    }

    @Test
    void failsWithOneLineAndLeavesNothingBehind() throws Exception {
        try (RunningStack owner = RunningStack.launch(data, "--parts", "postgres")) {
            Status status = owner.awaitReady();
            assertEquals(null, status.kafka());
            String port = Integer.toString(status.postgres().port());
            Path other = data.resolve("other");
            Files.createDirectories(other);
            try (RunningStack late = RunningStack.launch(other, "--parts", "postgres,s3", "--postgres-port", port)) {
                assertEquals(1, late.awaitEnd());
                assertTrue(late.output().contains("devstack: port " + port + " for postgres is taken"), late.output());
            }
            try (RunningStack second = RunningStack.launch(data, "--parts", "s3")) {
                assertEquals(1, second.awaitEnd());
                assertTrue(second.output().contains("is in use by the devstack with process id " + status.pid()));
            }
        }
    }

    /// The registry is a process of its own: a kill of the stack leaves it, and the next start must not find its port
    /// taken.
    @Test
    void endsTheRegistryThatAKilledStackLeft() throws Exception {
        Status.Registry left;
        try (RunningStack killed = RunningStack.launch(data, "--parts", "registry")) {
            left = killed.awaitReady().registry();
            killed.kill();
        }
        assertTrue(ProcessHandle.of(left.pid()).isPresent());
        Files.delete(data.resolve("ready.json"));
        try (RunningStack next = RunningStack.launch(data, "--parts", "registry")) {
            Status.Registry registry = next.awaitReady().registry();
            assertEquals(left.url(), registry.url());
            assertTrue(ProcessHandle.of(left.pid()).isEmpty());
            next.terminate();
            assertTrue(ProcessHandle.of(registry.pid()).isEmpty());
        }
    }

    private static Connection connect(Status status, Role role) throws SQLException {
        String password = status.postgres().users().get(role.roleName()).password();
        return DriverManager.getConnection(status.postgres().jdbcUrl(), role.roleName(), password);
    }

    private static int count(Status status, String table) throws SQLException {
        try (Connection connection = connect(status, Role.DEBEZIUM);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM public." + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static void insert(Status status, String name) throws SQLException {
        try (Connection connection = connect(status, Role.DEMO);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO fund_metadata (fund_name) VALUES ('" + name + "')");
        }
    }

    private static void awaitEvent(Status status, String name) {
        Properties properties = new Properties();
        properties.setProperty("bootstrap.servers", status.kafka().bootstrapServers());
        properties.setProperty("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            var partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            assertEquals(PARTITIONS, partitions.size());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    if (record.value().contains("\"op\":\"c\"")
                            && record.value().contains(name)) {
                        return;
                    }
                }
            }
        }
        fail("no event of " + name);
    }

    private static void putsOnce(Status.S3 s3) throws Exception {
        var credentials = AwsBasicCredentials.create(s3.accessKey(), s3.secretKey());
        try (S3Client client = S3Client.builder()
                .endpointOverride(URI.create(s3.endpoint()))
                .region(Region.of(s3.region()))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .forcePathStyle(true)
                .build()) {
            client.putObject(put -> put.bucket(s3.bucket()).key("a/b").ifNoneMatch("*"), RequestBody.fromString("1"));
            S3Exception refused = assertThrows(
                    S3Exception.class,
                    () -> client.putObject(
                            put -> put.bucket(s3.bucket()).key("a/b").ifNoneMatch("*"), RequestBody.fromString("2")));
            assertEquals(412, refused.statusCode());
        }
        assertEquals("1", Files.readString(Path.of(s3.directory(), s3.bucket(), "a", "b")));
    }

    private void assertStopped(RunningStack stack, int postgresPort) {
        assertTrue(Files.notExists(stack.statusFile()));
        assertTrue(Files.notExists(data.resolve("postgres").resolve("postmaster.pid")));
        assertThrows(
                SQLException.class,
                () -> DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:" + postgresPort + "/finance", "demo", "demo")
                        .close());
        String folder = data.resolve("postgres").toString();
        assertFalse(ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .anyMatch(line -> line.contains(folder)));
    }
}
