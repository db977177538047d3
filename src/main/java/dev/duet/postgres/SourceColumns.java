package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableSchema;
import dev.duet.postgres.Catalog.CatalogColumn;
import dev.duet.postgres.SourceLook.Altered;
import dev.duet.postgres.SourceLook.Place;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code duet.source_column}: which columns of a mirror its source has had, and from which LSN on. Without it a schema that lacks a column
 * could be from before the column was added or from after it was dropped, and a column of the operator's own would look dropped.
 *
 * @param found the mirror as the catalog has it
 * @param seen the source's columns by name
 * @param altered what this look shows to have been altered without an event for each row
 */
record SourceColumns(Catalog found, Map<String, Seen> seen, List<Altered> altered) {
    private static final String READ = """
            select column_name, since_lsn, type, type_lsn, now_type, now_place, now_lsn from duet.source_column
            where target_schema = $1 and target_table = $2""";
    private static final String WRITE = """
            insert into duet.source_column (target_schema, target_table, column_name, since_lsn, type, type_lsn)
            select $1, $2, u.c, $3, u.t, $3 from unnest($4::text[], $5::text[]) as u(c, t)
            on conflict (target_schema, target_table, column_name)
            do update set type = excluded.type, type_lsn = excluded.type_lsn""";

    private static final String LOOK = """
            update duet.source_column c set now_type = u.t, now_place = u.p, now_lsn = u.l
            from unnest($3::text[], $4::text[], $5::int4[], $6::int8[]) as u(c, t, p, l)
            where c.target_schema = $1 and c.target_table = $2 and c.column_name = u.c""";

    /**
     * @param sinceLsn an LSN at which the source had the column
     * @param type the widest type that it had, as DDL writes it
     * @param typeLsn an LSN at which it had that type
     */
    record Seen(long sinceLsn, String type, long typeLsn) {}

    /**
     * Notes the columns of a schema, in the caller's transaction, which holds {@link ControlTables#LOCK}.
     *
     * @param lsn of a change of this schema
     */
    static Future<SourceColumns> note(
            SqlConnection connection, TargetName name, TableSchema schema, long lsn, Catalog found) {
        Tuple target = Tuple.of(name.schema(), name.table());
        return connection.preparedQuery(READ).execute(target).compose(rows -> {
            Map<String, Seen> seen = new HashMap<>();
            Map<String, Place> places = new HashMap<>();
            rows.forEach(row -> {
                seen.put(row.getString(0), new Seen(row.getLong(1), row.getString(2), row.getLong(3)));
                if (row.getLong(6) != null) {
                    places.put(row.getString(0), new Place(row.getString(4), row.getInteger(5), row.getLong(6)));
                }
            });
            SourceLook look = new SourceLook(places);
            List<String> names = new ArrayList<>();
            List<String> types = new ArrayList<>();
            for (Column column : schema.columns()) {
                Seen before = seen.get(column.name());
                Seen now = next(before, column.type(), lsn);
                if (!now.equals(before)) {
                    seen.put(column.name(), now);
                    names.add(column.name());
                    types.add(now.type());
                }
            }
            SourceColumns noted = new SourceColumns(found, seen, look.altered(schema, lsn));
            Future<?> written = names.isEmpty()
                    ? Future.succeededFuture()
                    : connection
                            .preparedQuery(WRITE)
                            .execute(Tuple.of(
                                    name.schema(),
                                    name.table(),
                                    lsn,
                                    names.toArray(String[]::new),
                                    types.toArray(String[]::new)));
            return written.compose(done -> note(connection, name, look.next(schema, lsn)))
                    .map(noted);
        });
    }

    private static Future<?> note(SqlConnection connection, TargetName name, Map<String, Place> places) {
        if (places.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Map.Entry<String, Place>> all = List.copyOf(places.entrySet());
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(
                        name.schema(),
                        name.table(),
                        all.stream().map(Map.Entry::getKey).toArray(String[]::new),
                        all.stream().map(one -> one.getValue().type()).toArray(String[]::new),
                        all.stream().map(one -> one.getValue().place()).toArray(Integer[]::new),
                        all.stream().map(one -> one.getValue().lsn()).toArray(Long[]::new)));
    }

    /** A narrower type is not noted: the wider one is what the mirror has, and the LSN tells which changes are older. */
    private static Seen next(@Nullable Seen before, ColumnType type, long lsn) {
        String text = ColumnBinding.sqlType(type);
        if (before == null) {
            return new Seen(lsn, text, lsn);
        }
        boolean narrower = before.type().equals(text) || isNarrower(before, type);
        return narrower || lsn <= before.typeLsn() ? before : new Seen(before.sinceLsn(), text, lsn);
    }

    private static boolean isNarrower(Seen seen, ColumnType type) {
        return !seen.type().equals(ColumnBinding.sqlType(type))
                && CatalogTypes.parse(seen.type())
                        .map(wide -> CatalogTypes.holds(wide, type))
                        .orElse(false);
    }

    /** How the mirror differs from a schema because the source changed. */
    List<Departure> departures(TableSchema schema) {
        List<Departure> departures = new ArrayList<>();
        for (CatalogColumn column : found.columns()) {
            Seen of = seen.get(column.name());
            if (of == null) {
                continue;
            }
            int index = schema.indexOf(column.name());
            if (index < 0) {
                departures.add(new Departure(
                        Departure.Kind.DROPPED, column.name(), column.typeName(), column.notNull(), of.sinceLsn()));
            } else {
                ColumnType type = schema.columns().get(index).type();
                if (isNarrower(of, type) && !column.typeName().equals(ColumnBinding.sqlType(type))) {
                    departures.add(new Departure(
                            Departure.Kind.NARROWED, column.name(), column.typeName(), column.notNull(), of.typeLsn()));
                }
            }
        }
        return List.copyOf(departures);
    }
}
