package dev.duet.envelope;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Compiles row plans, and gives the same plan and the same {@link TableSchema} again for the same columns and key. */
final class Plans {
    private static final int MAX_ENTRIES = 10_000;

    private final Readers readers;
    private final Function<TableId, List<String>> lifted;
    private final KnownTables known;
    private final Defaults defaults = new Defaults();
    private final BoundedCache<PlanKey, RowPlan> plans = new BoundedCache<>(MAX_ENTRIES);
    private final BoundedCache<TableSchema, TableSchema> schemas = new BoundedCache<>(MAX_ENTRIES);
    private final BoundedCache<TableId, RowPlan> latest = new BoundedCache<>(MAX_ENTRIES);

    /**
     * @param lifted the fields beside the row that become a table's last columns
     * @param known what tells the types that a record's schema leaves open
     */
    Plans(Readers readers, Function<TableId, List<String>> lifted, KnownTables known) {
        this.readers = readers;
        this.known = known;
        this.lifted = lifted;
    }

    /** The plan that the table's last change was read with. */
    @Nullable
    RowPlan latest(TableId table) {
        return latest.get(table);
    }

    void use(RowPlan plan) {
        latest.put(plan.schema().table(), plan);
    }

    void forget(TableId table) {
        latest.remove(table);
        plans.keySet().removeIf(key -> key.table.equals(table));
    }

    /** The plan for records with schemas if there is one already. */
    @Nullable
    RowPlan cached(TableId table, ConnectSchema connect, KeySchema key) {
        return plans.get(new PlanKey(table, connect, null, key));
    }

    /** The plan for records with this schema block. */
    RowPlan withSchema(TableId table, ConnectSchema connect, KeySchema key) throws Unreadable {
        PlanKey planKey = new PlanKey(table, connect, null, key);
        RowPlan cached = plans.get(planKey);
        if (cached != null) {
            return cached;
        }
        List<ConnectField> fields = connect.rowFields();
        if (fields == null) {
            throw Unreadable.malformed("schema: expected the field 'after' of an envelope");
        }
        List<Column> columns = new ArrayList<>();
        List<ValueReader> columnReaders = new ArrayList<>();
        Optional<TableSchema> hint = null; // asked for where it is needed
        for (ConnectField field : fields) {
            ColumnType type = typeOf(table, field);
            if (ColumnTypes.isOpen(field, type)) {
                hint = hint == null ? known.hint(table) : hint;
                type = known(hint, field).orElse(type);
            }
            Column column = new Column(field.name(), type);
            ValueReader reader = readerOf(table, column, field);
            columns.add(defaults.of(column, field, reader));
            columnReaders.add(reader);
        }
        List<Integer> keyColumns = keyColumns(table, columns, key);
        List<ValueReader> keyReaders = new ArrayList<>();
        for (int i = 0; i < keyColumns.size(); i++) {
            int column = keyColumns.get(i);
            ConnectField field =
                    key.fields() == null ? fields.get(column) : key.fields().get(i);
            keyReaders.add(readerOf(table, columns.get(column), field));
        }
        List<String> beside = withLifted(table, columns);
        TableSchema schema = intern(new TableSchema(table, columns, keyColumns));
        RowPlan plan = new RowPlan(
                schema, connect, key, columnReaders, keyReaders, withoutPlaceholder(columns, fields), beside);
        plans.put(planKey, plan);
        return plan;
    }

    /**
     * The plan for records without schemas.
     *
     * @param known all columns that are known of the table
     * @param present which of them the record has
     */
    RowPlan withoutSchema(TableSchema known, BitSet present, KeySchema key) throws Unreadable {
        PlanKey planKey = new PlanKey(known.table(), known, present, key);
        RowPlan cached = plans.get(planKey);
        if (cached != null) {
            return cached;
        }
        List<Column> columns = new ArrayList<>();
        present.stream().forEach(i -> columns.add(known.columns().get(i)));
        for (String name : key.names()) {
            int index = known.indexOf(name);
            if (index >= 0 && !present.get(index)) {
                throw Unreadable.malformed("after: expected the key's column '" + Unreadable.shown(name) + "'");
            }
        }
        List<Integer> keyColumns = keyColumns(known.table(), columns, key);
        List<ValueReader> columnReaders =
                columns.stream().map(column -> readers.of(column.type())).toList();
        List<ValueReader> keyReaders =
                keyColumns.stream().map(columnReaders::get).toList();
        List<String> beside = withLifted(known.table(), columns);
        TableSchema schema = intern(new TableSchema(known.table(), columns, keyColumns));
        RowPlan plan = new RowPlan(
                schema, null, key, columnReaders, keyReaders, withoutPlaceholder(columns, List.of()), beside);
        plans.put(planKey, plan);
        return plan;
    }

    /** @param fields the columns' schemas, as far as they have any */
    private int[] withoutPlaceholder(List<Column> columns, List<ConnectField> fields) {
        return IntStream.range(0, columns.size())
                .filter(i -> readers.hasNoPlaceholder(columns.get(i).type(), i < fields.size() ? fields.get(i) : null))
                .toArray();
    }

    /** Adds the lifted columns. */
    private List<String> withLifted(TableId table, List<Column> columns) throws Unreadable {
        List<String> fields = lifted.apply(table);
        for (String field : fields) {
            if (columns.stream().anyMatch(column -> column.name().equals(field))) {
                throw Unreadable.blocked(
                        table,
                        "The column '" + Unreadable.shown(field) + "' of " + table
                                + " is also to be lifted from beside the row. Take it out of the lift of duet.transform"
                                + " (or out of duet.source.columns, if the table does not have it) and restart Duet.");
            }
            columns.add(new Column(field, new ColumnType.Text(0)));
        }
        return fields;
    }

    private TableSchema intern(TableSchema schema) {
        TableSchema known = schemas.putIfAbsent(schema, schema);
        return known == null ? schema : known;
    }

    /** The column's type as it is known, if the values are written in a form that can be read as that. */
    private Optional<ColumnType> known(Optional<TableSchema> hint, ConnectField field) {
        int column = hint.isEmpty() ? -1 : hint.get().indexOf(field.name());
        return column < 0
                ? Optional.empty()
                : Optional.of(hint.get().columns().get(column).type()).filter(type -> readers.of(type, field) != null);
    }

    private ColumnType typeOf(TableId table, ConnectField field) throws Unreadable {
        Optional<ColumnType> type = ColumnTypes.of(field).or(readers::unknown);
        if (type.isEmpty()) {
            throw Unreadable.blocked(
                    table,
                    "The column '" + Unreadable.shown(field.name()) + "' of " + table
                            + " has a type that Duet can't read: "
                            + described(field)
                            + ". Have it written as text by the connector (interval.handling.mode=string,"
                            + " hstore.handling.mode=json, a converter), set duet.source.unknown-types=json to take such values as JSON text, or"
                            + " exclude the column in the connector (column.exclude.list).");
        }
        return type.get();
    }

    private ValueReader readerOf(TableId table, Column column, ConnectField field) throws Unreadable {
        ValueReader reader = readers.of(column.type(), field);
        if (reader == null) {
            throw Unreadable.blocked(
                    table,
                    "The column '" + Unreadable.shown(column.name()) + "' of " + table + " can't be read: its type is "
                            + column.type() + ", but it is written as " + described(field)
                            + ". Check the connector's *.handling.mode and time.precision.mode against Duet's settings.");
        }
        return reader;
    }

    private static String described(ConnectField field) {
        String semantic = field.semantic();
        return Unreadable.shown(semantic == null ? field.type() : field.type() + " (" + semantic + ")");
    }

    private static List<Integer> keyColumns(TableId table, List<Column> columns, KeySchema key) throws Unreadable {
        List<String> names = columns.stream().map(Column::name).toList();
        List<Integer> indexes = new ArrayList<>();
        for (String name : key.names()) {
            int index = key.fields() == null ? names.indexOf(name) : AvroNames.columnOf(name, names);
            if (index < 0) {
                throw Unreadable.blocked(
                        table,
                        "The record key of " + table + " has the field '" + Unreadable.shown(name)
                                + "', which is no known column of the table. Add the column to what is known of the table,"
                                + " or stop adding fields to the key (key.enforce.uniqueness of a routing transform).");
            }
            indexes.add(index);
        }
        return indexes;
    }

    /**
     * @param types a {@link ConnectSchema} or the known {@link TableSchema}
     * @param present the columns present, null with schemas
     */
    private record PlanKey(
            TableId table, Object types, @Nullable BitSet present, KeySchema key) {}
}
