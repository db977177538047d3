package dev.duet.envelope;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tables of the recorded events, for those without schemas. Counts how often it is asked. */
final class Tables implements KnownTables {
    static final TableId FUND = new TableId("public", "fund_metadata");
    static final TableId UNIT = new TableId("public", "fund_unit");
    static final TableId VALS = new TableId("public", "vals");

    private final Map<TableId, TableSchema> known = new HashMap<>();
    private int asked;

    static Tables none() {
        return new Tables();
    }

    /** The source's tables as source.schema.sql creates them. */
    static Tables recorded() {
        Tables tables = new Tables();
        tables.put(fund());
        tables.put(unit());
        tables.put(vals());
        return tables;
    }

    void put(TableSchema schema) {
        known.put(schema.table(), schema);
    }

    void drop(TableId table) {
        known.remove(table);
    }

    int asked() {
        return asked;
    }

    @Override
    public Optional<TableSchema> find(TableId table) {
        asked++;
        return Optional.ofNullable(known.get(table));
    }

    /** Arrays and intervals have no type yet: tags and dur are given one that fits what the events hold (null, or a number). */
    static TableSchema fund(Column... more) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("fund_id", new ColumnType.Int32()),
                new Column("fund_name", new ColumnType.Text(200)),
                new Column("nav", new ColumnType.Decimal(18, 6)),
                new Column("aum", new ColumnType.Numeric()),
                new Column("inception", new ColumnType.Date()),
                new Column("open_time", new ColumnType.Time(6)),
                new Column("created_at", new ColumnType.Timestamp(6)),
                new Column("updated_at", new ColumnType.TimestampTz(6)),
                new Column("active", new ColumnType.Bool()),
                new Column("attrs", new ColumnType.Json(true)),
                new Column("tags", new ColumnType.Text(0)),
                new Column("uid", new ColumnType.Uuid()),
                new Column("big", new ColumnType.Int64()),
                new Column("ratio", new ColumnType.Float64()),
                new Column("blob", new ColumnType.Bytes()),
                new Column("note", new ColumnType.Text(0)),
                new Column("dur", new ColumnType.Text(0))));
        columns.addAll(List.of(more));
        return new TableSchema(FUND, columns, List.of(0));
    }

    static TableSchema unit() {
        return new TableSchema(
                UNIT,
                List.of(
                        new Column("fund_id", new ColumnType.Int32()),
                        new Column("unit_code", new ColumnType.Text(16)),
                        new Column("units", new ColumnType.Decimal(20, 4)),
                        new Column("price_at", new ColumnType.Timestamp(3))),
                List.of(0, 1));
    }

    static TableSchema vals() {
        return new TableSchema(
                VALS,
                List.of(
                        new Column("id", new ColumnType.Int32()),
                        new Column("n", new ColumnType.Numeric()),
                        new Column("n18", new ColumnType.Decimal(18, 6)),
                        new Column("f", new ColumnType.Float64()),
                        new Column("r", new ColumnType.Float32()),
                        new Column("d", new ColumnType.Date()),
                        new Column("ts", new ColumnType.Timestamp(6)),
                        new Column("ts3", new ColumnType.Timestamp(3)),
                        new Column("tz", new ColumnType.TimestampTz(6)),
                        new Column("tm", new ColumnType.Time(6)),
                        new Column("tmz", new ColumnType.Text(0))),
                List.of(0));
    }
}
