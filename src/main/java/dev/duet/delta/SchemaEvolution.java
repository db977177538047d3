package dev.duet.delta;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TypeChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which schema a Delta table needs for the changes of a source schema, and which of its types can hold which of the source's. Pure.
 *
 * <p>A column is added as nullable, at the end: files of before have no such column, and every reader takes it as null there. A column is
 * widened as the protocol's feature {@code typeWidening} has it (files of before keep the narrow type):
 *
 * <pre>
 * short, integer   to integer, long
 * float            to double
 * decimal(p,s)     to decimal(p+k,s+j), j at most k
 * </pre>
 */
final class SchemaEvolution {
    private static final int MAX_DIGITS = 38;

    private SchemaEvolution() {}

    /** The table's schema with what the source's needs and the policy allows; the same instance if that is nothing. */
    static StructType of(TableSchema source, StructType table, SchemaPolicy policy) {
        List<StructField> fields = new ArrayList<>(table.fields());
        boolean changed = false;
        for (Column column : source.columns()) {
            DataType type = Schemas.type(column.type());
            int at = table.indexOf(column.name());
            if (at < 0) {
                if (policy.addsColumns() && alike(table, column.name()).isEmpty()) {
                    fields.add(new StructField(column.name(), type, true));
                    changed = true;
                }
                continue;
            }
            StructField field = table.at(at);
            DataType wide = wider(field.getDataType(), type);
            if (wide != null && policy.widensColumns()) {
                fields.set(at, widened(field, wide));
                changed = true;
            }
        }
        return changed ? new StructType(fields) : table;
    }

    /** A column of the table that for Delta has the same name: it does not tell upper from lower case. */
    static Optional<String> alike(StructType table, String name) {
        return table.fieldNames().stream()
                .filter(other -> other.equalsIgnoreCase(name) && !other.equals(name))
                .findFirst();
    }

    /** The protocol wants to know which types a column had. */
    private static StructField widened(StructField field, DataType wide) {
        List<TypeChange> changes = new ArrayList<>(field.getTypeChanges());
        changes.add(new TypeChange(field.getDataType(), wide));
        return field.withDataType(wide).withTypeChanges(changes);
    }

    /** The type for a column of the table's type that is to hold the source's too; null if it does, or if there is none. */
    static @Nullable DataType wider(DataType table, DataType source) {
        if (holds(table, source)) {
            return null;
        }
        if (holds(source, table) && !(source instanceof StringType)) {
            return source;
        }
        if (table instanceof DecimalType a && source instanceof DecimalType b) {
            int scale = Math.max(a.getScale(), b.getScale());
            int digits = Math.max(a.getPrecision() - a.getScale(), b.getPrecision() - b.getScale()) + scale;
            return digits <= MAX_DIGITS ? new DecimalType(digits, scale) : null;
        }
        return null;
    }

    /** Whether a column of the table's type holds every value of the source's type, as {@link WidenedVectors} writes them. */
    static boolean holds(DataType table, DataType source) {
        if (table.equivalent(source)) {
            return true;
        }
        return switch (source) {
            case ShortType ignored -> table instanceof IntegerType || table instanceof LongType;
            case IntegerType ignored -> table instanceof LongType;
            case FloatType ignored -> table instanceof DoubleType;
            case DecimalType narrow ->
                table instanceof StringType
                        || (table instanceof DecimalType wide
                                && wide.getScale() >= narrow.getScale()
                                && wide.getPrecision() - wide.getScale() >= narrow.getPrecision() - narrow.getScale());
            default -> false;
        };
    }

    /** Whether a change of schema needs the protocol's feature. */
    static boolean widens(StructType before, StructType after) {
        return before.fields().stream()
                .anyMatch(field -> !field.getDataType()
                        .equivalent(after.get(field.getName()).getDataType()));
    }

    /** Whether a column of this type needs the protocol's feature {@code timestampNtz}. */
    static boolean hasTimestampNtz(DataType type) {
        return type instanceof TimestampNTZType
                || (type instanceof ArrayType array && hasTimestampNtz(array.getElementType()));
    }

    /** The columns that are new or have another type, for messages. */
    static List<String> changed(StructType before, StructType after) {
        return after.fields().stream()
                .filter(field -> before.indexOf(field.getName()) < 0
                        || !before.get(field.getName()).getDataType().equivalent(field.getDataType()))
                .map(field -> field.getName() + " " + field.getDataType())
                .toList();
    }

    /** The type as SQL has it, for statements in messages. */
    static String sqlType(ColumnType type) {
        return switch (Schemas.type(type)) {
            case ShortType ignored -> "SMALLINT";
            case IntegerType ignored -> "INT";
            case LongType ignored -> "BIGINT";
            case DataType other -> other.toString().toUpperCase(Locale.ROOT);
        };
    }
}
