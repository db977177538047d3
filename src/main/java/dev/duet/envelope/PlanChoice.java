package dev.duet.envelope;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the right plan for a record whose table is known by now. Off the hot path; may ask {@link KnownTables}. */
final class PlanChoice {
    private final Plans plans;
    private final KnownColumns known;
    private final RecordKeys keys;

    PlanChoice(Plans plans, KnownColumns known, RecordKeys keys) {
        this.plans = plans;
        this.known = known;
        this.keys = keys;
    }

    /**
     * The key's columns, for a record that has a key of this shape, or none: then what is known of the table counts.
     *
     * @throws Unreadable if the key, which has no schema, has lost a column, and the target's key has it
     */
    KeySchema keyOf(TableId table, @Nullable KeyShape shape) throws Unreadable {
        RowPlan latest = plans.latest(table);
        if (shape == null) {
            return latest != null ? latest.keySchema() : knownKeyOf(table);
        }
        KeySchema key = shape.schema();
        if (latest != null && key.fields() == null && !latest.keySchema().equals(key)) {
            for (String name : latest.keySchema().names()) {
                if (!key.names().contains(name) && !isKeyOfTarget(table, key)) {
                    throw Unreadable.blocked(
                            table,
                            "The record key of " + table + " lacks the column '" + Unreadable.shown(name)
                                    + "', which it had before. If the source's primary key was changed, make the target's the"
                                    + " same (and restart Duet if the columns are configured); else look for what writes such"
                                    + " records.");
                }
            }
        }
        return key;
    }

    /** An operator has changed the target's key as the source's was. */
    private boolean isKeyOfTarget(TableId table, KeySchema key) {
        return known.findNewer(table)
                .map(schema -> schema.key().stream()
                        .map(i -> schema.columns().get(i).name())
                        .collect(Collectors.toSet())
                        .equals(Set.copyOf(key.names())))
                .orElse(false);
    }

    private KeySchema knownKeyOf(TableId table) {
        Optional<TableSchema> schema = known.find(table);
        return schema.isEmpty()
                ? KeySchema.NONE
                : keys.intern(KeySchema.of(schema.get().key().stream()
                        .map(i -> schema.get().columns().get(i).name())
                        .toList()));
    }

    /**
     * The plan for records without schemas.
     *
     * @param names the row's fields; null for a delete, whose row is not looked at
     */
    RowPlan withoutSchema(TableId table, @Nullable List<String> names, KeySchema key) throws Unreadable {
        Optional<TableSchema> found = known.find(table);
        if (found.isEmpty()) {
            throw Unreadable.blocked(
                    table,
                    "The column types of " + table
                            + " are not known: its records carry no schema, and there is no target table"
                            + " to learn them from. Create the target table, configure the columns, or set"
                            + " value.converter.schemas.enable=true (and the key's) in Connect.");
        }
        TableSchema schema = found.get();
        if (names == null) {
            return forDelete(schema, key);
        }
        if (unknownOf(schema, names) != null) {
            schema = known.findNewer(table).orElse(schema);
        }
        String unknown = unknownOf(schema, names);
        if (unknown != null) {
            throw Unreadable.blocked(
                    table,
                    "The records of " + table + " have the field '" + Unreadable.shown(unknown)
                            + "', whose type is not known: they carry no schema, and the known columns lack it. Was it added or"
                            + " renamed in the source? Add the column to the target table (or to the configured columns).");
        }
        BitSet present = new BitSet(schema.columns().size());
        for (String name : names) {
            present.set(schema.indexOf(name));
        }
        return plans.withoutSchema(schema, present, key);
    }

    private static @Nullable String unknownOf(TableSchema schema, List<String> names) {
        for (String name : names) {
            if (schema.indexOf(name) < 0) {
                return name;
            }
        }
        return null;
    }

    /** A delete does not show the columns: they are those of the change before it, else all that are known. */
    private RowPlan forDelete(TableSchema schema, KeySchema key) throws Unreadable {
        BitSet present = new BitSet(schema.columns().size());
        RowPlan latest = plans.latest(schema.table());
        if (latest == null) {
            present.set(0, schema.columns().size());
        } else {
            latest.schema().columns().forEach(column -> {
                int index = schema.indexOf(column.name());
                if (index >= 0) {
                    present.set(index);
                }
            });
        }
        return plans.withoutSchema(schema, present, key);
    }

    /** The schema to report with a truncate: the latest that this decoder met, else the known one, else the record's own. */
    TableSchema forTruncate(TableId table, @Nullable ConnectSchema connect) throws Unreadable {
        RowPlan latest = plans.latest(table);
        if (latest != null) {
            return latest.schema();
        }
        Optional<TableSchema> schema = known.find(table);
        if (schema.isPresent()) {
            return schema.get();
        }
        return connect == null
                ? withoutSchema(table, null, KeySchema.NONE).schema()
                : plans.withSchema(table, connect, KeySchema.NONE).schema();
    }
}
