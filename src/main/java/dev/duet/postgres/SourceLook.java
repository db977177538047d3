package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the source's columns looked like last, by name, and what of it a later look shows to have been altered without an event for each
 * row. Pure.
 *
 * <p>A column made again has the same name at another place: PostgreSQL puts an added column at the end. The last column, made again with
 * its type, can't be told from itself.
 */
record SourceLook(Map<String, Place> columns) {
    private static final int DROPPED = -1;

    /**
     * @param type as DDL writes it
     * @param place among the source's columns, -1 if it was dropped
     * @param lsn of a change at which it was so
     */
    record Place(String type, int place, long lsn) {}

    /** Rows that the source has not written since may have other values in it than the copies. */
    record Altered(String column, String what) {}

    /** What a change of this schema shows to have been altered; nothing if it is older than what is known. */
    List<Altered> altered(TableSchema schema, long lsn) {
        List<Altered> altered = new ArrayList<>();
        if (isOlder(lsn)) {
            return altered;
        }
        int last = -1;
        for (Column column : schema.columns()) {
            Place before = columns.get(column.name());
            if (before == null) {
                continue;
            }
            String type = ColumnBinding.sqlType(column.type());
            if (!before.type().equals(type)) {
                altered.add(new Altered(column.name(), before.type() + " became " + type));
            } else if (before.place() < last) {
                altered.add(new Altered(column.name(), "dropped and added again"));
            }
            last = Math.max(last, before.place());
        }
        return altered;
    }

    /** What is to be noted after a change of this schema: of the columns that are otherwise now. */
    Map<String, Place> next(TableSchema schema, long lsn) {
        Map<String, Place> next = new HashMap<>();
        if (isOlder(lsn)) {
            return next;
        }
        columns.forEach((name, before) -> {
            if (before.place() != DROPPED && schema.indexOf(name) < 0) {
                next.put(name, new Place(before.type(), DROPPED, lsn));
            }
        });
        for (int i = 0; i < schema.columns().size(); i++) {
            Column column = schema.columns().get(i);
            Place before = columns.get(column.name());
            String type = ColumnBinding.sqlType(column.type());
            if (before == null || before.place() != i || !before.type().equals(type)) {
                next.put(column.name(), new Place(type, i, lsn));
            }
        }
        return next;
    }

    /** Changes of several partitions come out of step. */
    private boolean isOlder(long lsn) {
        return columns.values().stream().anyMatch(place -> place.lsn() > lsn);
    }
}
