package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import java.util.Locale;

/** Whether a Delta table can hold the changes of a source schema; if not, what would help. */
final class LayoutCheck {
    private final TableSchema source;
    private final StructType target;
    private final String path;

    LayoutCheck(TableSchema source, StructType target, String path) {
        this.source = source;
        this.target = target;
        this.path = path;
    }

    /** @throws TableStoppedException if the table lacks the column or can't hold all its values */
    void source(Column column) {
        DataType type = Schemas.type(column.type());
        int at = target.indexOf(column.name());
        String sqlType = SchemaEvolution.sqlType(column.type());
        SchemaEvolution.alike(target, column.name()).filter(alike -> at < 0).ifPresent(alike -> {
            throw stop(
                    column.name(),
                    "is missing in the table, which has \"" + alike
                            + "\" already, and Delta does not tell upper from lower"
                            + " case. It goes on when duet.transform renames or drops the column.");
        });
        if (at < 0) {
            throw stop(
                    column.name(),
                    "is missing in the table (needed: " + type
                            + "). It goes on with duet.schema-changes.add-column=apply, or after: "
                            + add(column.name(), sqlType));
        }
        StructField field = target.at(at);
        if (!SchemaEvolution.holds(field.getDataType(), type)) {
            throw stop(
                    column.name(),
                    "is " + field.getDataType() + " in the table and " + type + " in the source. "
                            + remedy(column, field.getDataType(), type));
        }
        nullable(field);
    }

    /** The same for a column of Duet's own. */
    void added(AddedColumn added) {
        int at = target.indexOf(added.columnName());
        if (at < 0) {
            throw stop(
                    added.columnName(),
                    "is missing in the table. It goes on after: "
                            + add(
                                    added.columnName(),
                                    added.dataType().toString().toUpperCase(Locale.ROOT)));
        }
        StructField field = target.at(at);
        if (!field.getDataType().equivalent(added.dataType())) {
            throw stop(
                    added.columnName(),
                    "is " + field.getDataType() + " in the table, where Duet's own is " + added.dataType()
                            + ". Drop it there, or move the table away so that Duet creates it anew.");
        }
        nullable(field);
    }

    TableStoppedException refusesNull(String column) {
        return stop(
                column,
                "must not be null in the table, and the source has no such column. It goes on after: " + drop(column));
    }

    private void nullable(StructField field) {
        if (!field.isNullable()) {
            throw stop(
                    field.getName(),
                    "must not be null in the table, but a delete or truncate leaves it null. It goes on after: "
                            + drop(field.getName()));
        }
    }

    private static String remedy(Column column, DataType table, DataType type) {
        if (SchemaEvolution.wider(table, type) != null) {
            return "It goes on with duet.schema-changes.widen-column=apply.";
        }
        return "Delta can't turn one into the other where the data lies. It goes on when duet.transform.<name>.cast."
                + column.name() + " names the type before, or when the table is moved away so that Duet creates it anew"
                + " (docs/schema-changes.md).";
    }

    private String add(String column, String type) {
        return "ALTER TABLE delta.`" + path + "` ADD COLUMNS (`" + column.replace("`", "``") + "` " + type + ")";
    }

    private String drop(String column) {
        return "ALTER TABLE delta.`" + path + "` ALTER COLUMN `" + column.replace("`", "``") + "` DROP NOT NULL";
    }

    private TableStoppedException stop(String column, String what) {
        return new TableStoppedException(
                source.table(),
                "Delta table " + source.table() + " at " + path + ": column \"" + column + "\" " + what);
    }
}
