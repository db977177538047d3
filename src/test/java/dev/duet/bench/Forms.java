package dev.duet.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.duet.ConnectProcess;
import dev.duet.EmbeddedStack;
import dev.duet.Topics;
import dev.duet.change.TableId;
import dev.duet.change.TopicPartition;
import dev.duet.envelope.ColumnList;
import dev.duet.envelope.DebeziumDecoder;
import dev.duet.envelope.Decoded;
import dev.duet.envelope.EnvelopeOptions;
import dev.duet.envelope.KnownTables;
import dev.duet.envelope.RecordShapes;
import dev.duet.envelope.WriterSchemas;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** One table by three connectors, in the three forms that records have: how large they are, and how long one takes to decode. */
final class Forms {
    private static final int ROUNDS = 15;
    private static final TableId FUND = new TableId("public", "fund");
    private static final String COLUMNS =
            "fund_id integer, fund_name varchar(255), fund_code varchar(10), fund_description text,"
                    + " fund_price numeric(10,2), nav numeric(18,6), inception date, updated_at timestamptz, active boolean, attrs jsonb";

    /** A form's records, and what decodes them. */
    private record Form(String name, List<ConsumerRecord<byte[], byte[]>> records, DebeziumDecoder decoder) {}

    private Forms() {}

    static Map<String, Object> measure(EmbeddedStack stack, int rows) throws Exception {
        String database = stack.freshDatabase("forms");
        try (EmbeddedStack registry = EmbeddedStack.own("registry", "64m");
                ConnectProcess worker = ConnectProcess.start(stack, "forms", true);
                Connection source = stack.connect(database, "postgres");
                Statement sql = source.createStatement()) {
            sql.execute("create table fund (" + COLUMNS + ", primary key (fund_id))");
            sql.execute(
                    "insert into fund select i, 'Growth fund ' || i, 'C' || i, repeat('global bonds ', 12), i / 100.0, i / 7.0,"
                            + " date '2001-01-01' + i % 9000, timestamptz '2026-01-02 03:04:05.678901Z' + i * interval '1 s', i % 2 = 0,"
                            + " jsonb_build_object('rank', i) from generate_series(1, " + rows + ") i");
            sql.execute("create publication forms_pub for table fund");
            KnownTables unknown = table -> Optional.empty();
            KnownTables known = table -> Optional.of(ColumnList.parse(FUND, COLUMNS));
            List<Form> forms = new ArrayList<>();
            Map<String, String> bare =
                    Map.of("key.converter.schemas.enable", "false", "value.converter.schemas.enable", "false");
            forms.add(form(stack, worker, database, "json", bare, rows, decoder(known, WriterSchemas.NONE)));
            forms.add(form(stack, worker, database, "schemas", Map.of(), rows, decoder(unknown, WriterSchemas.NONE)));
            forms.add(form(
                    stack,
                    worker,
                    database,
                    "avro",
                    ConnectProcess.avro(registry.registryUrl()),
                    rows,
                    decoder(unknown, schemas(registry.registryUrl()))));
            return compare(forms);
        } finally {
            dropSlots(stack);
        }
    }

    private static DebeziumDecoder decoder(KnownTables tables, WriterSchemas registry) {
        return new DebeziumDecoder(
                EnvelopeOptions.DEFAULTS, tables, new RecordShapes(topic -> false, table -> List.of()), registry);
    }

    private static WriterSchemas schemas(String url) {
        return id -> {
            URI uri = URI.create(url + "/apis/ccompat/v7/schemas/ids/" + id.id());
            try (HttpClient http = HttpClient.newHttpClient()) {
                String answer = http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                        .body();
                return new WriterSchemas.Answer(
                        new ObjectMapper().readTree(answer).get("schema").asText(), List.of());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static Form form(
            EmbeddedStack stack,
            ConnectProcess worker,
            String database,
            String name,
            Map<String, String> converters,
            int rows,
            DebeziumDecoder decoder)
            throws Exception {
        Map<String, String> overrides = new LinkedHashMap<>(converters);
        String prefix = "forms" + name;
        overrides.putAll(Map.of(
                "database.dbname",
                database,
                "topic.prefix",
                prefix,
                "slot.name",
                prefix + "_slot",
                "publication.name",
                "forms_pub",
                "table.include.list",
                "public.fund"));
        worker.register(prefix, ConnectProcess.configuration(stack, overrides));
        Instant limit = Instant.now().plus(Duration.ofMinutes(5));
        while (true) {
            List<ConsumerRecord<byte[], byte[]>> records = records(stack, prefix + ".public.fund");
            if (records.size() >= rows) {
                return new Form(name, records, decoder);
            }
            if (Instant.now().isAfter(limit)) {
                throw new IllegalStateException(name + ": " + records.size() + " of " + rows + " records came");
            }
            Thread.sleep(500);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(EmbeddedStack stack, String topic) {
        try {
            return Topics.read(stack, topic);
        } catch (KafkaException | NullPointerException e) { // the connector has not made it yet
            return List.of();
        }
    }

    /** In turn, so that what disturbs the machine disturbs all. */
    private static Map<String, Object> compare(List<Form> forms) {
        double[][] nanos = new double[forms.size()][ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < forms.size(); i++) {
                nanos[i][round] = decode(forms.get(i));
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        double first = 0;
        for (int i = 0; i < forms.size(); i++) {
            Arrays.sort(nanos[i]);
            double median = nanos[i][ROUNDS / 2];
            first = i == 0 ? median : first;
            Map<String, Object> figures = new LinkedHashMap<>();
            List<ConsumerRecord<byte[], byte[]>> records = forms.get(i).records();
            figures.put(
                    "bytesPerRecord",
                    Math.round(records.stream().mapToInt(Forms::size).average().orElse(0)));
            figures.put("decodeNanos", Math.round(median));
            figures.put("recordsPerSecond", Math.round(1e9 / median));
            figures.put("timesTheTimeOfJsonWithoutSchemas", Math.round(median / first * 100) / 100.0);
            result.put(forms.get(i).name(), figures);
        }
        return result;
    }

    private static int size(ConsumerRecord<byte[], byte[]> polled) {
        return polled.serializedKeySize() + polled.serializedValueSize();
    }

    /** Nanoseconds of CPU time for one record. */
    private static double decode(Form form) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        TopicPartition partition = new TopicPartition(form.records().getFirst().topic(), 0);
        long start = threads.getCurrentThreadCpuTime();
        int changes = 0;
        for (ConsumerRecord<byte[], byte[]> polled : form.records()) {
            Decoded decoded = form.decoder().decode(partition, polled.offset(), polled.key(), polled.value(), name -> {
                var header = polled.headers().lastHeader(name);
                return header == null ? null : header.value();
            });
            changes += decoded instanceof Decoded.Change ? 1 : 0;
        }
        double nanos = (double) (threads.getCurrentThreadCpuTime() - start)
                / form.records().size();
        if (changes != form.records().size()) {
            throw new IllegalStateException(form.name() + ": not every record gave a change");
        }
        return nanos;
    }

    private static void dropSlots(EmbeddedStack stack) throws Exception {
        try (Connection connection = stack.connect("postgres", "postgres");
                Statement sql = connection.createStatement()) {
            sql.execute(
                    "select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name like 'forms%' and active");
            Thread.sleep(500);
            sql.execute(
                    "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name like 'forms%'");
        }
    }
}
