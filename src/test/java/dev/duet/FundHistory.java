package dev.duet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Generated Debezium events of one table shaped like {@code fund_metadata} (JSON without schemas, about 700 bytes each), written to
 * Kafka, and what both sinks must hold in the end. First each key once as {@code r}, then 80 % updates, 10 % deletes and 10 %
 * creates of deleted keys. The same seed gives the same history.
 */
public final class FundHistory implements AutoCloseable {
    /** What the columns are, for {@code duet.source.columns}. */
    public static final String COLUMNS =
            "fund_id integer, fund_name varchar(255), fund_code varchar(10), fund_description text,"
                    + " updated_at bigint, fund_price numeric(10,2)";

    private static final String[] WORDS = {
        "growth",
        "income",
        "balanced",
        "global",
        "emerging",
        "bond",
        "equity",
        "index",
        "dividend",
        "sustainable",
        "münchen",
        "日本"
    };

    /** A row of the table. */
    public record Fund(int id, String name, String code, String description, long updatedAt, BigDecimal price) {}

    private final String topic;
    private final String table;
    private final Map<Integer, Integer> homes = new HashMap<>();
    private final Map<String, Object> client;
    private final boolean transactional;
    private final Random random;
    private final Map<Integer, Fund> live = new HashMap<>();
    private final List<Integer> liveIds = new ArrayList<>();
    private final List<Integer> deletedIds = new ArrayList<>();
    private final List<Set<Long>> unreadable = new ArrayList<>();
    private int partitions;
    private long[] written;
    private final KafkaProducer<byte[], byte[]> producer;
    private volatile @Nullable Exception lost;
    private final List<ProducerRecord<byte[], byte[]>> recorded = new ArrayList<>();
    private boolean recording;
    private @Nullable String traceParent;
    private long clockShiftMillis;
    private long lsn = 25_000_000;
    private int nextId = 1;

    /** Makes the topic and a producer for it. */
    public FundHistory(String bootstrapServers, String prefix, String table, int partitions, long seed)
            throws Exception {
        this(bootstrapServers, prefix, table, partitions, seed, Map.of(), false);
    }

    /**
     * The same with settings of the topic.
     *
     * @param transactional each call is one transaction, as with exactly-once source support
     */
    public FundHistory(
            String bootstrapServers,
            String prefix,
            String table,
            int partitions,
            long seed,
            Map<String, String> topicSettings,
            boolean transactional)
            throws Exception {
        this.topic = prefix + ".public." + table;
        this.table = table;
        this.partitions = partitions;
        this.random = new Random(seed);
        this.written = new long[partitions];
        remember();
        this.transactional = transactional;
        this.client = new HashMap<>(Map.of("bootstrap.servers", bootstrapServers));
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(topicSettings)))
                    .all()
                    .get();
        }
        client.put("linger.ms", "20");
        // With more in flight a new topic's broker may refuse the first batch and take the second (it has no leader
        // yet, then it has):
        // the first is then out of sequence for ever.
        client.put("max.in.flight.requests.per.connection", "1");
        client.put("metadata.max.age.ms", "1000"); // new partitions are seen at once
        client.put("max.block.ms", "240000"); // a broker that was killed may take its time on a busy machine
        client.put("delivery.timeout.ms", "240000");
        client.put("batch.size", "262144");
        client.put("compression.type", "lz4");
        client.put("max.request.size", "80000000");
        client.put("buffer.memory", "120000000");
        if (transactional) {
            client.put("transactional.id", topic);
        }
        this.producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
        if (transactional) {
            producer.initTransactions();
        }
    }

    /** Goes on in the LSNs of another history of the same source. */
    public void continueAfter(FundHistory other) {
        lsn = other.lsn + 1000;
    }

    /** The LSN of the last change that was written. */
    public long lastLsn() {
        return lsn;
    }

    /** New keys go to the new partitions too; the others stay where they are. */
    public void addPartitions(int total) throws Exception {
        try (Admin admin = Admin.create(client)) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                    .all()
                    .get();
        }
        written = Arrays.copyOf(written, total);
        partitions = total;
        remember();
    }

    /** A transaction that writes changes of keys that there are, and is aborted. */
    public void abort(int count) {
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            Integer id = liveIds.get(random.nextInt(liveIds.size()));
            var unused = producer.send(new ProducerRecord<>(
                    topic,
                    home(id),
                    key(id),
                    envelope("d", "{\"fund_id\":" + id + "}", "null").getBytes(UTF_8)));
        }
        producer.flush();
        producer.abortTransaction();
    }

    private void begin() {
        if (transactional) {
            producer.beginTransaction();
        }
    }

    public String topic() {
        return topic;
    }

    /** For each partition the number of records, which are its offsets from 0. */
    public long[] written() {
        return written.clone();
    }

    /** For each partition the offsets of what {@link #unreadable()} wrote. */
    public List<Set<Long>> unreadableOffsets() {
        return unreadable.stream().map(Set::copyOf).toList();
    }

    public long total() {
        long total = 0;
        for (long records : written) {
            total += records;
        }
        return total;
    }

    /** The rows that the source holds now. */
    public Map<Integer, Fund> rows() {
        return Map.copyOf(live);
    }

    /** A snapshot: new keys as {@code r}, all of one LSN. */
    public void snapshot(int keys) {
        begin();
        for (int i = 0; i < keys; i++) {
            write("r", put(nextId++));
        }
        lsn += 56;
        flush();
    }

    /** Changes of the keys that there are. */
    public void changes(int count) {
        begin();
        for (int i = 0; i < count; i++) {
            lsn += 56 + random.nextInt(200);
            int dice = random.nextInt(10);
            if (dice == 0 && !deletedIds.isEmpty()) {
                write("c", put(takeRandom(deletedIds)));
            } else if (dice == 1 && liveIds.size() > 1) {
                delete(takeRandom(liveIds));
            } else {
                write("u", put(takeRandom(liveIds)));
            }
        }
        flush();
    }

    /** The source is restored on a server whose LSNs begin low, a minute later; the rows are the same. */
    public void restored() {
        lsn = 1_000;
        clockShiftMillis += 60_000;
    }

    /** The topic gets more partitions, and the keys other ones. */
    public void grow(int more) throws Exception {
        addPartitions(more);
        homes.clear();
        long limit = System.nanoTime() + 60_000_000_000L;
        while (producer.partitionsFor(topic).size() < more) {
            if (System.nanoTime() > limit) {
                throw new IllegalStateException("the producer does not see the new partitions");
            }
            Thread.sleep(100);
        }
    }

    /** From here on what is written is remembered for {@link #again}. */
    public void record() {
        recording = true;
    }

    /** Writes the remembered records once more, in their order, as Connect does without exactly-once support. */
    public void again() {
        recording = false;
        begin();
        recorded.forEach(record -> send(record.partition(), record.key(), record.value()));
        flush();
    }

    /** Sends dead letters to the topic again as docs/operations.md says: key, value and headers as they are. */
    public void sendAgain(List<ConsumerRecord<byte[], byte[]>> letters) {
        begin();
        for (ConsumerRecord<byte[], byte[]> letter : letters) {
            written[0]++;
            var unused = producer.send(
                    new ProducerRecord<>(topic, 0, letter.key(), letter.value(), letter.headers()),
                    (metadata, failure) -> {
                        if (failure != null) {
                            lost = failure;
                        }
                    });
        }
        flush();
    }

    /** What is written from now on says in its headers that it comes of this span; null: of none. */
    public void traceParent(@Nullable String header) {
        traceParent = header;
    }

    /** Updates of keys that there are. */
    public void updates(int count) {
        begin();
        for (int i = 0; i < count; i++) {
            lsn += 56;
            write("u", put(takeRandom(liveIds)));
        }
        flush();
    }

    /** A new key whose description has this length. */
    public void large(int length) {
        begin();
        lsn += 56;
        int id = nextId++;
        Fund fund = put(id);
        Fund large = new Fund(id, fund.name(), fund.code(), "x".repeat(length), fund.updatedAt(), fund.price());
        live.put(id, large);
        write("c", large);
        flush();
    }

    /** Writes any bytes into a partition, for records that can't be read. */
    public void writeRaw(int partition, byte[] key, byte[] value) {
        begin();
        send(partition, key, value);
        flush();
    }

    /** A record that can't be read, which belongs into the dead-letter topic. */
    public void unreadable() {
        int partition = random.nextInt(partitions);
        unreadable.get(partition).add(written[partition]);
        writeRaw(partition, "{\"fund_id\":1}".getBytes(UTF_8), "{\"op\":\"x\"}".getBytes(UTF_8));
    }

    private void remember() {
        while (unreadable.size() < partitions) {
            unreadable.add(new HashSet<>());
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private void flush() {
        if (transactional) {
            producer.commitTransaction();
        }
        producer.flush();
        if (lost != null) {
            throw new IllegalStateException("the history could not be written to Kafka", lost);
        }
    }

    private Fund put(int id) {
        String name = "Fund " + id + " " + word() + " " + word();
        String description = word() + " strategy \"" + word() + "\" with " + word() + " and " + word()
                + " holdings, revision " + lsn;
        Fund fund = new Fund(
                id,
                name,
                "F" + id,
                description,
                1_700_000_000_000L + random.nextInt(1_000_000_000),
                BigDecimal.valueOf(random.nextInt(10_000_000), 2));
        live.put(id, fund);
        liveIds.add(id);
        return fund;
    }

    private void delete(int id) {
        live.remove(id);
        deletedIds.add(id);
        String before = "{\"fund_id\":" + id
                + ",\"fund_name\":\"\",\"fund_code\":null,\"fund_description\":null,\"updated_at\":null,\"fund_price\":null}";
        send(id, envelope("d", before, "null"));
    }

    private void write(String op, Fund fund) {
        String after =
                "{\"fund_id\":" + fund.id() + ",\"fund_name\":\"" + fund.name() + "\",\"fund_code\":\"" + fund.code()
                        + "\",\"fund_description\":\"" + fund.description().replace("\"", "\\\"") + "\",\"updated_at\":"
                        + fund.updatedAt()
                        + ",\"fund_price\":\"" + fund.price().toPlainString() + "\"}";
        send(fund.id(), envelope(op, "null", after));
    }

    private String envelope(String op, String before, String after) {
        long now = System.currentTimeMillis() + clockShiftMillis;
        return "{\"before\":" + before + ",\"after\":" + after
                + ",\"source\":{\"version\":\"3.7.0.Final\",\"connector\":\"postgresql\",\"name\":\"pgsrc\",\"ts_ms\":"
                + now
                + ",\"snapshot\":\"" + (op.equals("r") ? "true" : "false")
                + "\",\"db\":\"finance\",\"sequence\":\"[\\\"" + lsn
                + "\\\",\\\"" + lsn + "\\\"]\",\"ts_us\":" + now + "000,\"ts_ns\":" + now
                + "000000,\"schema\":\"public\",\"table\":\"" + table + "\",\"txId\":" + (lsn / 100) + ",\"lsn\":" + lsn
                + ",\"xmin\":null,\"origin\":null,\"origin_lsn\":null},\"transaction\":null,\"op\":\"" + op
                + "\",\"ts_ms\":" + now
                + ",\"ts_us\":" + now + "123,\"ts_ns\":" + now + "123456}";
    }

    private void send(int id, String value) {
        send(home(id), key(id), value.getBytes(UTF_8));
    }

    private int home(int id) {
        return homes.computeIfAbsent(id, key -> Math.floorMod(key, partitions));
    }

    private static byte[] key(int id) {
        return ("{\"fund_id\":" + id + "}").getBytes(UTF_8);
    }

    private void send(int partition, byte[] key, byte[] value) {
        written[partition]++;
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, partition, key, value);
        if (traceParent != null) {
            record.headers().add("traceparent", traceParent.getBytes(UTF_8));
        }
        if (recording) {
            recorded.add(record);
        }
        var unused = producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                lost = failure;
            }
        });
    }

    private Integer takeRandom(List<Integer> ids) {
        int at = random.nextInt(ids.size());
        Integer id = ids.get(at);
        ids.set(at, ids.getLast());
        ids.removeLast();
        return id;
    }

    private String word() {
        return WORDS[random.nextInt(WORDS.length)];
    }
}
