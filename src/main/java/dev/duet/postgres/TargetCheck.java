package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.postgres.Catalog.CatalogColumn;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target table can hold a source table; if not, a {@link TableStoppedException} that says which statement would help.
 * Columns that the target has beyond the source's are left alone.
 */
final class TargetCheck {
    private TargetCheck() {}

    /** What can be told without the catalog. */
    static void names(TableSchema schema, TargetName name, PostgresConfig.Mode mode) {
        TableId table = schema.table();
        if (!name.fits() || (mode.trails() && !name.trail().fits())) {
            throw new TableStoppedException(
                    table,
                    "the target's name " + (mode.trails() ? name.trail() : name) + " of " + table
                            + " has a part of more than "
                            + TargetName.MAX_IDENTIFIER_BYTES
                            + " bytes, which PostgreSQL would cut. Shorten it with duet.postgres.table.");
        }
        if (mode.mirrors() && schema.key().isEmpty()) {
            throw new TableStoppedException(
                    table,
                    table
                            + " has no primary key, so its rows can't be found again in a mirror. Add a primary key (or a unique index"
                            + " as REPLICA IDENTITY) in the source, or keep its changes only: duet.postgres.modes.\""
                            + schema.source() + "\"=trail.");
        }
        for (Column column : schema.columns()) {
            boolean taken = TableSql.TRAIL_COLUMNS.stream().anyMatch(added -> added[0].equals(column.name()));
            if (taken) {
                throw new TableStoppedException(
                        table,
                        "the column \"" + column.name() + "\" of " + table
                                + " has a name that Duet uses for a column of its own. Rename or drop it in the source.");
            }
        }
    }

    static Catalog mirror(TableSchema schema, TargetName name, Catalog found) {
        columns(schema, name, found);
        added(schema.table(), name, found, TableSql.LSN, "bigint", "bigint not null default 0");
        added(schema.table(), name, found, TableSql.SOURCE_TS, "bigint", "bigint");
        List<String> key = schema.key().stream()
                .map(index -> schema.columns().get(index).name())
                .toList();
        if (!found.key().equals(key)) {
            throw new TableStoppedException(
                    schema.table(),
                    "the primary key of the target " + name + " is " + found.key() + " but that of its source "
                            + schema.table() + " is " + key + ". It goes on after: ALTER TABLE " + name.quoted()
                            + (found.keyName() == null
                                    ? ""
                                    : " DROP CONSTRAINT " + TargetName.quote(found.keyName()) + ",")
                            + " ADD PRIMARY KEY ("
                            + key.stream().map(TargetName::quote).collect(Collectors.joining(", ")) + ")");
        }
        return found;
    }

    static Catalog trail(TableSchema schema, TargetName name, Catalog found) {
        columns(schema, name, found);
        for (String[] added : TableSql.TRAIL_COLUMNS) {
            added(schema.table(), name, found, added[0], added[1], added[1]);
        }
        return found;
    }

    private static void columns(TableSchema schema, TargetName name, Catalog found) {
        for (Column column : schema.columns()) {
            String type = ColumnBinding.sqlType(column.type());
            CatalogColumn target = found.column(column.name()).orElse(null);
            if (target == null) {
                throw missing(
                        schema.table(),
                        name,
                        column.name(),
                        type,
                        "It goes on with duet.schema-changes.add-column=apply, or after"
                                + (column.defaultValue() == null
                                        ? ""
                                        : " (in a mirror with the source's DEFAULT: old rows have it there)"));
            }
            ColumnType targetType = target.type();
            if (targetType == null || !CatalogTypes.holds(targetType, column.type())) {
                throw mismatch(schema.table(), name, target, type, remedy(column.type(), targetType));
            }
        }
    }

    private static String remedy(ColumnType source, @Nullable ColumnType target) {
        boolean widens = target != null && Evolution.wider(target, source).isPresent();
        return widens
                ? "It goes on with duet.schema-changes.widen-column=apply, or after"
                : "It goes on if duet.transform casts the column to the type before, or after";
    }

    private static void added(
            TableId table, TargetName name, Catalog found, String column, String type, String definition) {
        Optional<CatalogColumn> target = found.column(column);
        if (target.isEmpty()) {
            throw missing(table, name, column, definition, "It goes on after");
        }
        if (!target.get().typeName().equals(type)) {
            throw mismatch(table, name, target.get(), type, "It goes on after");
        }
    }

    private static TableStoppedException missing(
            TableId table, TargetName name, String column, String definition, String remedy) {
        return new TableStoppedException(
                table,
                "the target " + name + " of " + table + " has no column \"" + column
                        + "\". " + remedy + ": ALTER TABLE " + name.quoted() + " ADD COLUMN "
                        + TargetName.quote(column) + " " + definition);
    }

    /** @throws TableStoppedException if a column that the source never had refuses every row */
    static void notBrought(TableSchema schema, TargetName name, SourceColumns mirror) {
        for (CatalogColumn column : mirror.found().columns()) {
            boolean refuses = column.notNull()
                    && !column.filled()
                    && schema.indexOf(column.name()) < 0
                    && !column.name().equals(TableSql.LSN)
                    && !mirror.seen().containsKey(column.name());
            if (refuses) {
                throw new TableStoppedException(
                        schema.table(),
                        "the target " + name + " of " + schema.table() + " has a column \"" + column.name()
                                + "\" that the source has not, and that must not be null. It goes on after: ALTER TABLE "
                                + name.quoted() + " ALTER COLUMN " + TargetName.quote(column.name())
                                + " DROP NOT NULL");
            }
        }
    }

    private static TableStoppedException mismatch(
            TableId table, TargetName name, CatalogColumn target, String type, String remedy) {
        return new TableStoppedException(
                table,
                "the column \"" + target.name() + "\" of the target " + name + " of " + table + " has the type "
                        + target.typeName() + ", which can't hold every " + type + ". " + remedy + ": ALTER TABLE "
                        + name.quoted() + " ALTER COLUMN " + TargetName.quote(target.name()) + " TYPE " + type
                        + " USING "
                        + TargetName.quote(target.name()) + "::" + type);
    }
}
