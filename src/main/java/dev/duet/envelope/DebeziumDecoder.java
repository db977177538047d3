package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes Debezium's change events in JSON, with schemas or without, and in Avro (found out record by record).
 *
 * <p>The next record of a topic is expected to look like the last one: same schema block, same table, same columns, same key. Such a
 * record is read in one pass, without a tree. Only if it turns out to be different, its source is read first, then its row.
 *
 * <p>Not thread-safe: one for each decoding thread. Bad input never throws; what {@link KnownTables} and {@link WriterSchemas} throw
 * passes through.
 */
public final class DebeziumDecoder {
    /** Jackson's own default. */
    static final int MAX_DEPTH = 1000;

    /** PostgreSQL's own limit; a record with more contradicts its source. */
    static final int MAX_COLUMNS = 1600;

    /** A number of more digits takes minutes to read. Texts are bounded by the record's size, which the reader of the topic checks. */
    static final int MAX_NUMBER_LENGTH = 200_000;

    private static final int BYTES_PER_CHANGE = 120;
    private static final int BYTES_PER_COLUMN = 24;

    private final String heartbeatTopics;
    private final EnvelopeOptions.AmbiguousNulls ambiguousNulls;
    private final LongSupplier nanoClock;
    private final SchemaCache schemas;
    private final AvroSchemas avro;
    private final RecordShapes shapes;
    private final FlattenedRecord flattened;
    private final Plans plans;
    private final KnownColumns known;
    private final RecordKeys keys;
    private final PlanChoice choice;
    private final Envelope envelope;
    private final Map<String, TopicState> topics = new HashMap<>();
    private @Nullable TopicState lastTopic;

    DebeziumDecoder(EnvelopeOptions options, KnownTables tables) {
        this(options, tables, RecordShapes.PLAIN);
    }

    public DebeziumDecoder(EnvelopeOptions options, KnownTables tables, RecordShapes shapes) {
        this(options, tables, shapes, WriterSchemas.NONE);
    }

    /** @param registry asked for the schemas of records in Avro */
    public DebeziumDecoder(EnvelopeOptions options, KnownTables tables, RecordShapes shapes, WriterSchemas registry) {
        this(options, tables, shapes, registry, System::nanoTime);
    }

    DebeziumDecoder(
            EnvelopeOptions options,
            KnownTables tables,
            RecordShapes shapes,
            WriterSchemas registry,
            LongSupplier nanoClock) {
        JsonFactory json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxStringLength(Integer.MAX_VALUE)
                        // A numeric in double mode; the column's own limit is checked when it is read.
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .build())
                .build();
        this.heartbeatTopics = options.heartbeatTopicsPrefix() + ".";
        this.nanoClock = nanoClock;
        this.ambiguousNulls = options.ambiguousNulls();
        Parsers parsers = new Parsers(json);
        this.schemas = new SchemaCache(new SchemaParser(json));
        this.avro = new AvroSchemas(registry, json);
        this.shapes = shapes;
        this.flattened = new FlattenedRecord(parsers);
        this.plans = new Plans(new Readers(options), shapes.lifted(), tables);
        this.known = new KnownColumns(tables, nanoClock);
        this.keys = new RecordKeys(parsers);
        this.choice = new PlanChoice(plans, known, keys);
        this.envelope = new Envelope(parsers, options.unavailableValuePlaceholder());
    }

    Decoded decode(TopicPartition partition, long offset, byte @Nullable [] key, byte @Nullable [] value) {
        return decode(partition, offset, key, value, RecordHeaders.NONE);
    }

    /**
     * Decodes one record.
     *
     * @param partition where it was read
     * @param offset its offset there
     * @param key the record's key, null if it has none
     * @param value the record's value, null for a tombstone
     */
    public Decoded decode(
            TopicPartition partition,
            long offset,
            byte @Nullable [] key,
            byte @Nullable [] value,
            RecordHeaders headers) {
        TopicState topic = topic(partition.topic());
        if (value == null) {
            return new Decoded.NoRow(Decoded.Kind.TOMBSTONE);
        }
        if (topic.isHeartbeat()) {
            return new Decoded.NoRow(Decoded.Kind.HEARTBEAT);
        }
        try {
            Input in = Input.of(topic, partition, offset, key, value, headers, flattened);
            return in == null ? new Decoded.NoRow(Decoded.Kind.TOMBSTONE) : decode(in);
        } catch (Unreadable e) {
            return e.decision();
        }
    }

    /**
     * The row before the change that was decoded last, for those who look at events: what the record holds, true or invented.
     *
     * @return in the change's schema; null if the record has none that fits it
     */
    public @Nullable Row before(
            byte @Nullable [] key, byte @Nullable [] value, RecordHeaders headers, RowChange change) {
        TopicState topic = topic(change.partition().topic());
        RowPlan plan = topic.plan();
        if (value == null || plan == null || plan.schema() != change.schema()) {
            return null;
        }
        try {
            Input in = Input.of(topic, change.partition(), change.offset(), key, value, headers, flattened);
            if (in == null) {
                return null;
            }
            read(in, plan, "before");
            @Nullable Object[] row = envelope.row();
            return row == null ? null : Row.of(row);
        } catch (Unreadable | BadValue unfit) {
            return null;
        }
    }

    /** Forgets what is known of a table, so that {@link KnownTables} is asked again and its key is learned anew. */
    public void forget(TableId table) {
        known.forget(table);
        plans.forget(table);
        topics.values().forEach(topic -> topic.forget(table));
    }

    /** How many schema blocks were parsed. */
    int parsedSchemas() {
        return schemas.parsed();
    }

    private TopicState topic(String name) {
        TopicState last = lastTopic;
        if (last == null || !last.topic().equals(name)) {
            last = topics.computeIfAbsent(
                    name,
                    topic -> new TopicState(
                            topic,
                            topic.startsWith(heartbeatTopics),
                            shapes.flattened().test(topic),
                            schemas,
                            avro));
            lastTopic = last;
        }
        return last;
    }

    private Decoded decode(Input in) throws Unreadable {
        RowPlan expected = expected(in);
        if (expected == null || !isAsExpected(in, expected)) {
            return decodeUnexpected(in);
        }
        Decoded other = withoutRow(in);
        return other != null ? other : change(in, expected);
    }

    /** The plan of the topic's last change, if this record's schema and key are the same. */
    private @Nullable RowPlan expected(Input in) {
        RowPlan plan = in.topic().plan();
        if (plan == null) {
            return null;
        }
        if (in.key() != null) {
            KeyShape shape = in.topic().keyShape();
            if (shape == null || !shape.schema().equals(plan.keySchema()) || !shape.matches(in.key(), in.keyAvro())) {
                return null;
            }
        }
        ConnectSchema connect = in.connect();
        if (connect == null) {
            return plan.connect() == null && nanoClock.getAsLong() - in.topic().planUntilNanos() < 0 ? plan : null;
        }
        return plan.connect() == connect ? plan : null;
    }

    private boolean isAsExpected(Input in, RowPlan plan) throws Unreadable {
        try {
            read(in, plan, "after");
            return !changesRow(envelope.op()) || envelope.isOf(plan.schema().table());
        } catch (BadValue e) {
            // Of another table perhaps, or of the same table after a change of its columns; if not, we come back to it.
            return false;
        }
    }

    private Decoded decodeUnexpected(Input in) throws Unreadable {
        readFitting(in, null, "after");
        Decoded other = withoutRow(in);
        if (other != null) {
            return other;
        }
        boolean isDelete = envelope.op() == 'd';
        if (!isDelete && envelope.rowNames() == null) {
            throw Unreadable.malformed("after: expected an object");
        }
        TableId table = envelope.table();
        KeySchema key = choice.keyOf(table, in.key() == null ? null : shapeOf(in, in.key()));
        ConnectSchema connect = in.connect();
        RowPlan plan = connect != null
                ? plans.withSchema(table, connect, key)
                : choice.withoutSchema(table, isDelete ? null : envelope.rowNames(), key);
        in.topic().expect(plan, known.knownUntilNanos(table));
        plans.use(plan);
        readFitting(in, plan, "after");
        return change(in, plan);
    }

    private KeyShape shapeOf(Input in, byte[] key) throws Unreadable {
        KeyShape shape = in.topic().keyShape();
        if (shape == null || !shape.matches(key, in.keyAvro())) {
            shape = keys.learn(in.topic().keys(), keyOf(in, key));
            in.topic().expectKey(shape);
        }
        return shape;
    }

    private static Payload keyOf(Input in, byte[] key) {
        return new Payload(key, in.keyFrom(), key.length, in.keyAvro());
    }

    /** The decision on a record that names no row; null if it names one. */
    private @Nullable Decoded withoutRow(Input in) throws Unreadable {
        char op = envelope.op();
        if (op == 'm') {
            return new Decoded.NoRow(Decoded.Kind.MESSAGE);
        }
        if (op == 't') {
            TableSchema schema = choice.forTruncate(envelope.table(), in.connect());
            return changeOf(in, schema, Op.TRUNCATE, null, envelope.position(), BYTES_PER_CHANGE);
        }
        if (op == 0 && envelope.isMarker() && in.topic().topic().endsWith(".transaction")) {
            return new Decoded.NoRow(Decoded.Kind.TRANSACTION);
        }
        if (!changesRow(op)) {
            throw Unreadable.malformed("op: expected one of c, u, d, r, t, m");
        }
        return null;
    }

    private static boolean changesRow(char op) {
        return op == 'c' || op == 'u' || op == 'r' || op == 'd';
    }

    private Decoded change(Input in, RowPlan plan) throws Unreadable {
        SourcePosition position = envelope.position();
        boolean isDelete = envelope.op() == 'd';
        @Nullable Object[] values = isDelete ? deletedRow(in, plan) : envelope.row();
        if (values == null) {
            throw Unreadable.malformed("after: expected an object");
        }
        for (int i = 0; i < plan.keySize(); i++) {
            Object value = values[plan.keyColumn(i)];
            if (value == null || value == Row.UNCHANGED) {
                throw Unreadable.malformed((isDelete ? "key." : "after.")
                        + Unreadable.shown(plan.name(plan.keyColumn(i)).getValue())
                        + ": expected a value, since it is part of the key");
            }
        }
        if (!isDelete) {
            AmbiguousNulls.resolve(plan, values, envelope.op(), envelope.hasOldRow(), ambiguousNulls);
        }
        Op op = switch (envelope.op()) {
            case 'c' -> Op.CREATE;
            case 'u' -> Op.UPDATE;
            case 'r' -> Op.READ;
            default -> Op.DELETE;
        };
        int bytes = BYTES_PER_CHANGE + BYTES_PER_COLUMN * plan.width() + envelope.rowBytes();
        return changeOf(in, plan.schema(), op, Row.of(values), position, bytes);
    }

    /**
     * The key's columns alone: what else {@code before} holds is invented unless the replica identity is full. Of a table without a key the
     * whole row: PostgreSQL lets none be deleted unless its replica identity is full.
     */
    private @Nullable Object[] deletedRow(Input in, RowPlan plan) throws Unreadable {
        if (in.key() != null) {
            return keys.row(in.topic().keys(), keyOf(in, in.key()), plan);
        }
        readFitting(in, plan, "before");
        @Nullable Object[] before = envelope.row();
        if (before == null) {
            throw Unreadable.malformed(
                    "before: expected an object, since a delete without a record key has its row there");
        }
        if (plan.keySize() == 0) {
            return before;
        }
        @Nullable Object[] values = new @Nullable Object[plan.width()];
        for (int i = 0; i < plan.keySize(); i++) {
            values[plan.keyColumn(i)] = before[plan.keyColumn(i)];
        }
        return values;
    }

    private static Decoded changeOf(
            Input in, TableSchema schema, Op op, @Nullable Row row, SourcePosition position, int bytes) {
        return new Decoded.Change(new RowChange(schema, op, row, position, in.partition(), in.offset(), bytes));
    }

    private void readFitting(Input in, @Nullable RowPlan plan, String rowField) throws Unreadable {
        try {
            read(in, plan, rowField);
        } catch (BadValue e) {
            throw Unreadable.malformed(String.valueOf(e.getMessage()));
        }
    }

    private void read(Input in, @Nullable RowPlan plan, String rowField) throws Unreadable, BadValue {
        envelope.read(in, plan, rowField);
    }
}
