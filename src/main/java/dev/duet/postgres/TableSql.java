package dev.duet.postgres;

import static dev.duet.postgres.TargetName.quote;

import dev.duet.change.Column;
import dev.duet.change.TableSchema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL text of the statements about one target table. Pure; every identifier is quoted, every value is a parameter.
 *
 * <p>Parameters of {@link #upsert}: the target's schema and name, then the arrays of the columns that the mask leaves, in the
 * schema's order, then {@code __lsn} and {@code __source_ts_ms}. Of {@link #delete}: the arrays of the key's columns, then the LSNs.
 * Of {@link #truncate}: the LSN. Of {@link #append}: the arrays of all columns, then those of {@link #TRAIL_COLUMNS}.
 */
final class TableSql {
    static final String LSN = "__lsn";
    static final String SOURCE_TS = "__source_ts_ms";

    private static final String ABOVE_FLOOR =
            "u.l >= (select f.floor_lsn from duet.mirror f where f.target_schema = $1 and f.target_table = $2)";

    /** Name, type and element type of the columns that the trail adds. */
    static final List<String[]> TRAIL_COLUMNS = List.of(
            new String[] {"__op", "text", "text"},
            new String[] {LSN, "bigint", "int8"},
            new String[] {"__tx_id", "bigint", "int8"},
            new String[] {SOURCE_TS, "bigint", "int8"},
            new String[] {"__topic", "text", "text"},
            new String[] {"__partition", "integer", "int4"},
            new String[] {"__offset", "bigint", "int8"});

    private TableSql() {}

    static String createMirror(TargetName name, TableSchema schema) {
        String key = schema.key().stream()
                .map(index -> quote(schema.columns().get(index).name()))
                .collect(Collectors.joining(", "));
        return "create table if not exists " + name.quoted() + " (" + definitions(schema)
                + ", \"__lsn\" bigint not null, \"__source_ts_ms\" bigint, primary key (" + key + "))";
    }

    static String createTrail(TargetName name, TableSchema schema) {
        return "create table if not exists " + name.quoted() + " (" + definitions(schema) + ", "
                + TRAIL_COLUMNS.stream()
                        .map(added -> quote(added[0]) + " " + added[1])
                        .collect(Collectors.joining(", "))
                + ")";
    }

    private static String definitions(TableSchema schema) {
        return schema.columns().stream()
                .map(column -> quote(column.name()) + " " + ColumnBinding.sqlType(column.type()))
                .collect(Collectors.joining(", "));
    }

    /**
     * Writes a row unless the table holds a newer version of it or was truncated later. The floor is read by the server, in the same
     * round trip; the row of duet.mirror is locked by then.
     *
     * @param unchanged the columns that the rows do not bring
     */
    static String upsert(TargetName name, TableSchema schema, BitSet unchanged) {
        List<Column> brought = IntStream.range(0, schema.columns().size())
                .filter(index -> !unchanged.get(index))
                .mapToObj(schema.columns()::get)
                .toList();
        List<String> keys = schema.key().stream()
                .map(index -> schema.columns().get(index).name())
                .toList();
        String targets = brought.stream().map(column -> quote(column.name())).collect(Collectors.joining(", "));
        String sets = brought.stream()
                .filter(column -> !keys.contains(column.name()))
                .map(column -> quote(column.name()) + " = excluded." + quote(column.name()) + ", ")
                .collect(Collectors.joining());
        return "insert into " + name.quoted() + " as t (" + targets + ", \"__lsn\", \"__source_ts_ms\") select "
                + expressions(brought) + ", u.l, u.m from " + unnest(3, brought, List.of("int8", "int8"), "l, m")
                + " where " + ABOVE_FLOOR
                + " on conflict (" + keys.stream().map(TargetName::quote).collect(Collectors.joining(", "))
                + ") do update set " + sets
                + "\"__lsn\" = excluded.\"__lsn\", \"__source_ts_ms\" = excluded.\"__source_ts_ms\""
                // Equal too: a snapshot row and its first update can share an LSN.
                + " where t.\"__lsn\" <= excluded.\"__lsn\"";
    }

    /** How many of the keys are not in the table, rows older than the floor aside. Parameters: as {@link #delete}'s after the names. */
    static String missing(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        return "select count(*) from " + unnest(3, keys, List.of("int8"), "l") + " where " + ABOVE_FLOOR
                + " and not exists (select from " + name.quoted() + " t where " + sameKey(keys) + ")";
    }

    static String delete(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        return "delete from " + name.quoted() + " t using " + unnest(1, keys, List.of("int8"), "l") + " where "
                + sameKey(keys) + " and t.\"__lsn\" <= u.l";
    }

    private static List<Column> keys(TableSchema schema) {
        return schema.key().stream().map(schema.columns()::get).toList();
    }

    private static String sameKey(List<Column> keys) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> "t." + quote(keys.get(i).name()) + " = "
                        + ColumnBinding.expression(keys.get(i).type(), "u.c" + i))
                .collect(Collectors.joining(" and "));
    }

    static String truncate(TargetName name) {
        return "delete from " + name.quoted() + " where \"__lsn\" < $1";
    }

    static String append(TargetName name, TableSchema schema) {
        List<String> added = TRAIL_COLUMNS.stream().map(column -> column[0]).toList();
        List<String> aliases =
                IntStream.range(0, added.size()).mapToObj(i -> "a" + i).toList();
        return "insert into " + name.quoted() + " ("
                + schema.columns().stream()
                        .map(column -> quote(column.name()) + ", ")
                        .collect(Collectors.joining())
                + added.stream().map(TargetName::quote).collect(Collectors.joining(", ")) + ") select "
                + expressions(schema.columns()) + ", "
                + aliases.stream().map(alias -> "u." + alias).collect(Collectors.joining(", ")) + " from "
                + unnest(
                        1,
                        schema.columns(),
                        TRAIL_COLUMNS.stream().map(column -> column[2]).toList(),
                        String.join(", ", aliases));
    }

    private static String expressions(List<Column> columns) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> ColumnBinding.expression(columns.get(i).type(), "u.c" + i))
                .collect(Collectors.joining(", "));
    }

    private static String unnest(int firstParameter, List<Column> columns, List<String> added, String aliases) {
        List<String> types = new ArrayList<>();
        columns.forEach(column -> types.add(ColumnBinding.elementType(column.type())));
        types.addAll(added);
        String parameters = IntStream.range(0, types.size())
                .mapToObj(i -> "$" + (firstParameter + i) + "::" + types.get(i) + "[]")
                .collect(Collectors.joining(", "));
        String names =
                IntStream.range(0, columns.size()).mapToObj(i -> "c" + i + ", ").collect(Collectors.joining());
        return "unnest(" + parameters + ") as u(" + names + aliases + ")";
    }
}
