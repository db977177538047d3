package dev.duet.postgres;

import static dev.duet.postgres.TargetName.quote;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableSchema;
import dev.duet.order.ClockTolerance;
import dev.duet.order.Floor;
import dev.duet.order.Precedence;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The SQL text of the statements about one target table. Pure; every identifier is quoted, every value is a parameter.
 *
 * <p>Parameters of {@link #upsert}: the target's schema and name, the least order, whether the rows are a snapshot's, then the arrays of
 * the columns that the mask leaves, in the schema's order, then {@code __lsn} and {@code __source_ts_ms}. Of {@link #delete}: the least
 * order, then the arrays of the key's columns, then the LSNs. Of {@link #truncate}: the LSN. Of {@link #append}: the arrays of all columns, then those of {@link #TRAIL_COLUMNS}.
 */
final class TableSql {
    static final String LSN = "__lsn";
    static final String SOURCE_TS = "__source_ts_ms";

    private static final String FLOOR_OF = "f.target_schema = $1 and f.target_table = $2";
    private static final String DELETED = "duet.deleted d where d.target_schema = $1 and d.target_table = $2";
    private static final String ABOVE_FLOOR = "u.l >= (select f.floor_lsn from duet.mirror f where " + FLOOR_OF + ")";

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
     * round trip; the row of duet.mirror is locked by then. A snapshot row's LSN may lie below a truncate that the snapshot has seen:
     * its time then tells.
     *
     * @param unchanged the columns that the rows do not bring
     * @param nulled columns of the target that the schema has not, which become null; others are left alone
     */
    static String upsert(TargetName name, TableSchema schema, BitSet unchanged, List<String> nulled) {
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
        String nulls =
                nulled.stream().map(column -> quote(column) + " = null, ").collect(Collectors.joining());
        return "insert into " + name.quoted() + " as t (" + targets + ", \"__lsn\", \"__source_ts_ms\""
                + nulled.stream().map(column -> ", " + quote(column)).collect(Collectors.joining()) + ") select "
                + expressions(brought) + ", u.l, u.m" + ", null".repeat(nulled.size()) + " from duet.mirror f, "
                + unnest(5, brought, List.of("int8", "int8"), "l, m")
                + " where " + FLOOR_OF + " and " + Floor.sparesSql("u.l", "u.m", "$4")
                + " on conflict (" + keys.stream().map(TargetName::quote).collect(Collectors.joining(", "))
                + ") do update set " + sets + nulls
                + "\"__lsn\" = excluded.\"__lsn\", \"__source_ts_ms\" = excluded.\"__source_ts_ms\""
                + " where " + Precedence.replacesSql("excluded.\"__lsn\"", "$3", "t.\"__lsn\"");
    }

    /** How many of the keys are not in the table, rows older than the floor or a delete aside. Parameters: as {@link #delete}'s after the names. */
    static String missing(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        return "select count(*) from " + unnest(3, keys, List.of("int8"), "l") + " where " + ABOVE_FLOOR
                + " and not exists (select from " + name.quoted() + " t where " + sameKey(keys) + ")"
                + " and not exists (select from " + DELETED + " and d.key = " + keyOf(keys) + " and d.lsn > u.l)";
    }

    /**
     * What the table holds before the write of columns that updates leave alone: the number of the key from 1, {@code __lsn}, then the
     * values; in the order of the keys, as long as all values together have no more bytes than are asked for. Parameters: the bytes, then
     * the arrays of the key's columns.
     *
     * @param columns whose types have a text form that is read back, or bytea
     */
    static String held(TargetName name, TableSchema schema, List<Column> columns) {
        List<Column> keys = keys(schema);
        List<String> values = columns.stream().map(TableSql::asSent).toList();
        String bytes = values.stream()
                .map(value -> "coalesce(octet_length(" + value + "), 0)")
                .collect(Collectors.joining(" + "));
        String rows = unnest(2, keys, List.of(), "i").replace(") as u(", ") with ordinality as u(");
        return "select h.* from (select u.i, t.\"__lsn\", " + String.join(", ", values) + ", sum(" + bytes
                + ") over (order by u.i) as bytes from " + rows + " join " + name.quoted() + " t on " + sameKey(keys)
                + ") h where h.bytes <= $1 order by h.i";
    }

    private static String asSent(Column column) {
        String value = "t." + quote(column.name());
        return column.type() instanceof ColumnType.Bytes ? value : value + "::text";
    }

    static String delete(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        return "delete from " + name.quoted() + " t using " + unnest(2, keys, List.of("int8"), "l") + " where "
                + sameKey(keys) + " and " + Precedence.replacesSql("u.l", "$1", "t.\"__lsn\"");
    }

    /**
     * What stands against stale changes though it is older by the source's clock: the change's number from 1, LSN and time of what stands
     * against it, and whether that is its row or the floor. Parameters: the target's schema and name, the least order, whether the rows
     * are a snapshot's, the tolerance in milliseconds, then the arrays of the key's columns, the LSNs and the times.
     */
    static String disorder(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        String rows = unnest(6, keys, List.of("int8", "int8"), "l, m, i").replace(") as u(", ") with ordinality as u(");
        return "select u.i, t.\"__lsn\", t.\"__source_ts_ms\", true from " + rows + " join " + name.quoted() + " t on "
                + sameKey(keys) + " where " + Precedence.isStaleSql("u.l", "$3", "t.\"__lsn\"") + " and "
                + ClockTolerance.isLaterSql("u.m", "t.\"__source_ts_ms\"", "$5")
                + " union all select u.i, f.floor_lsn, f.floor_ts_ms, false from duet.mirror f, " + rows + " where "
                + FLOOR_OF + " and not $4 and " + Floor.belowSql("u.l") + " and "
                + ClockTolerance.isLaterSql("u.m", "f.floor_ts_ms", "$5");
    }

    /**
     * The greatest LSN that stands against a truncate though it is older by the source's clock; null if nothing does. Parameters: the
     * target's schema and name, the truncate's LSN, its time, and the tolerance in milliseconds.
     */
    static String disorderedTruncate(TargetName name) {
        return "select max(h.held) from (select max(t.\"__lsn\") as held from " + name.quoted()
                + " t where t.\"__lsn\" > $3 and "
                + ClockTolerance.isLaterSql("$4::bigint", "t.\"__source_ts_ms\"", "$5")
                + " union all"
                + " select f.floor_lsn from duet.mirror f where " + FLOOR_OF
                + " and f.floor_lsn > $3 and " + ClockTolerance.isLaterSql("$4::bigint", "f.floor_ts_ms", "$5")
                + ") as h";
    }

    /** Parameters: the target's schema and name, then the arrays of the key's columns and the LSNs. */
    static String rememberDeleted(TableSchema schema) {
        List<Column> keys = keys(schema);
        return "insert into duet.deleted (target_schema, target_table, key, lsn) select $1, $2, " + keyOf(keys)
                + ", u.l from " + unnest(3, keys, List.of("int8"), "l")
                + " on conflict (target_schema, target_table, key) do update"
                + " set lsn = greatest(deleted.lsn, excluded.lsn)";
    }

    /**
     * Removes the rows that changes older than their key's delete have brought back. Parameters: the target's schema and name, the least
     * order, then the arrays of the key's columns and the LSNs.
     */
    static String removeReturned(TargetName name, TableSchema schema) {
        List<Column> keys = keys(schema);
        return "delete from " + name.quoted() + " t using " + unnest(4, keys, List.of("int8"), "l") + ", " + DELETED
                + " and d.key = " + keyOf(keys) + " and " + Precedence.isStaleSql("u.l", "$3", "d.lsn") + " and "
                + sameKey(keys)
                + " and t.\"__lsn\" < d.lsn";
    }

    /** Of jsonb, which compares numbers by their value. */
    private static String keyOf(List<Column> keys) {
        return "jsonb_build_array(" + expressions(keys) + ")";
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
        return "delete from " + name.quoted() + " where " + Floor.takesSql("\"__lsn\"", "$1");
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

    /** The numbers from 1 of the rows that the table holds exactly so. Parameters: the arrays of all columns. */
    static String same(TableSchema schema, TargetName name) {
        String rows = unnest(1, schema.columns(), List.of(), "i").replace(") as u(", ") with ordinality as u(");
        String equal = IntStream.range(0, schema.columns().size())
                .mapToObj(i -> {
                    Column column = schema.columns().get(i);
                    String value = ColumnBinding.expression(column.type(), "u.c" + i);
                    return schema.key().contains(i)
                            ? "t." + quote(column.name()) + " = " + value
                            // As text, since json has no equality; as the column's type first, for its scale.
                            : "t." + quote(column.name()) + "::text is not distinct from (" + value + ")::"
                                    + ColumnBinding.sqlType(column.type()) + "::text";
                })
                .collect(Collectors.joining(" and "));
        return "select u.i from " + rows + " join " + name.quoted() + " t on " + equal;
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
