package dev.duet.postgres;

import dev.duet.change.ColumnType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the target's catalog says about one table.
 *
 * @param columns the columns in the table's order; empty if there is no such table
 * @param key the names of the primary key's columns in key order; empty without one
 * @param keyName the name of the primary key's constraint, null without one
 */
record Catalog(
        List<CatalogColumn> columns,
        List<String> key,
        @Nullable String keyName) {
    /**
     * Name, type, place in the primary key (null if not part of it), whether it is NOT NULL, whether it gets a
     * value by itself, and the key's name. One parameter pair: schema and table, unquoted, so that a
     * missing table or schema is no error.
     */
    static final String QUERY = """
            select a.attname, format_type(a.atttypid, a.atttypmod), array_position(i.indkey::int2[], a.attnum), i.indnkeyatts,
              a.attnotnull, a.atthasdef or a.attidentity <> '', (select x.relname from pg_class x where x.oid = i.indexrelid)
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            left join pg_index i on i.indrelid = c.oid and i.indisprimary
            where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
            order by a.attnum""";

    /**
     * @param typeName as {@code format_type} writes it
     * @param type null if Duet has no word for it
     * @param notNull whether it refuses null
     * @param filled whether a row that does not bring it gets a value: a default or an identity
     */
    record CatalogColumn(
            String name, String typeName, @Nullable ColumnType type, boolean notNull, boolean filled) {}

    /** Asks with a statement that runs in the caller's way: in its transaction or outside of one. */
    interface Reader {
        Future<RowSet<Row>> read(String sql, Tuple parameters);
    }

    static Future<Catalog> read(Reader reader, TargetName name) {
        return reader.read(QUERY, Tuple.of(name.schema(), name.table())).map(Catalog::of);
    }

    private static Catalog of(RowSet<Row> rows) {
        List<CatalogColumn> columns = new ArrayList<>();
        TreeMap<Integer, String> key = new TreeMap<>();
        String keyName = null;
        for (Row row : rows) {
            String type = row.getString(1);
            columns.add(new CatalogColumn(
                    row.getString(0),
                    type,
                    CatalogTypes.parse(type).orElse(null),
                    row.getBoolean(4),
                    row.getBoolean(5)));
            Integer place =
                    row.getInteger(2); // counts from 0, as indkey does; columns that are only included come last
            if (place != null && place < row.getInteger(3)) {
                key.put(place, row.getString(0));
                keyName = row.getString(6);
            }
        }
        return new Catalog(columns, List.copyOf(key.values()), keyName);
    }

    boolean exists() {
        return !columns.isEmpty();
    }

    Optional<CatalogColumn> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }
}
