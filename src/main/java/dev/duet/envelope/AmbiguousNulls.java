package dev.duet.envelope;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import dev.duet.change.TableSchema;
import dev.duet.change.TypeText;
import dev.duet.envelope.EnvelopeOptions.BinaryMode;
import dev.duet.envelope.EnvelopeOptions.DecimalMode;
import dev.duet.envelope.EnvelopeOptions.TimePrecision;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Nulls of Debezium's that can mean two things (3.7.0; tried type by type, docs/types.md):
 *
 * <ul>
 *   <li>In an update without the old row: null, or an unchanged value that was too long for its page (TOAST), of a type for which
 *       Debezium has no placeholder.
 *   <li>An array of nothing but nulls: that, or an array of two dimensions, whose values are lost.
 * </ul>
 *
 * <p>To take the one for the other would lose values in silence, so the table stops unless the operator has decided.
 */
final class AmbiguousNulls {
    /** What is shorter than the pointer to it always lies in its page: some 20 bytes. */
    private static final int SHORT_BITS = 128;

    private static final int SHORT_DIGITS = 30;

    private AmbiguousNulls() {}

    /**
     * Whether an unchanged value of the column comes as null.
     *
     * @param field the column's schema, null without schemas
     * @param options how the connector writes values, where no schema tells
     */
    static boolean hasNoPlaceholder(ColumnType type, @Nullable ConnectField field, EnvelopeOptions options) {
        return switch (type) {
            case ColumnType.Bytes ignored -> isText(field, options.binaryMode());
            // Decimals as text have one.
            case ColumnType.Numeric ignored ->
                field == null ? options.decimalMode() != DecimalMode.STRING : !field.isText();
            case ColumnType.Decimal(int precision, int scale) ->
                precision > SHORT_DIGITS
                        && (field == null ? options.decimalMode() != DecimalMode.STRING : !field.isText());
            case ColumnType.Array(ColumnType.Date ignored) ->
                field == null
                        ? options.timePrecision() == TimePrecision.ISOSTRING
                        : field.items() == null || !field.items().isNamed(WireNames.DATE);
            case ColumnType.Array(ColumnType.Bytes ignored) ->
                isText(field == null ? null : ColumnTypes.elementOf(field).orElse(null), options.binaryMode());
            case ColumnType.Array(ColumnType element) -> !hasArrayPlaceholder(element, field);
            case ColumnType.Native(String name, int length) ->
                name.equals("bit") || name.equals("varbit") ? length < 0 || length > SHORT_BITS : false;
            case ColumnType.Text ignored -> field != null && field.type().equals("struct");
            case ColumnType.Json ignored ->
                field != null && List.of("struct", "array", "map").contains(field.type());
            default -> false;
        };
    }

    private static boolean isText(@Nullable ConnectField field, BinaryMode bytes) {
        return field == null ? bytes != BinaryMode.BYTES : field.isText();
    }

    /** Texts come from enums, ranges, addresses and so on as well, which have none: only the propagated type tells. */
    private static boolean hasArrayPlaceholder(ColumnType element, @Nullable ConnectField field) {
        return switch (element) {
            case ColumnType.Int32 ignored -> true;
            case ColumnType.Int64 ignored -> field == null || !"_OID".equals(ColumnTypes.sourceType(field));
            case ColumnType.Uuid ignored -> true;
            case ColumnType.Json ignored -> field == null || !"_HSTORE".equals(ColumnTypes.sourceType(field));
            case ColumnType.Char ignored -> true;
            case ColumnType.Text ignored ->
                field != null
                        && List.of("_TEXT", "_VARCHAR", "_BPCHAR")
                                .contains(String.valueOf(ColumnTypes.sourceType(field)));
            default -> false;
        };
    }

    /**
     * Looks at the row of a change, and decides as the operator has.
     *
     * @param hasOldRow whether the record holds the row before the change
     * @throws Unreadable if the operator has not decided
     */
    static void resolve(
            RowPlan plan, @Nullable Object[] row, char op, boolean hasOldRow, EnvelopeOptions.AmbiguousNulls decision)
            throws Unreadable {
        TableSchema schema = plan.schema();
        if (op == 'u' && !hasOldRow) {
            for (int column : plan.withoutPlaceholder()) {
                if (row[column] == null) {
                    switch (decision) {
                        case NULL -> {}
                        case UNCHANGED -> row[column] = Row.UNCHANGED;
                        case STOP -> throw unchanged(schema, column);
                    }
                }
            }
        }
        if (decision == EnvelopeOptions.AmbiguousNulls.STOP) {
            for (int column : plan.arrays()) {
                if (row[column] instanceof List<?> items
                        && !items.isEmpty()
                        && items.stream().allMatch(Objects::isNull)) {
                    throw dimensions(schema, column);
                }
            }
        }
    }

    private static Unreadable unchanged(TableSchema schema, int column) {
        boolean numbers = schema.columns().get(column).type() instanceof ColumnType.Array(ColumnType element)
                && (element instanceof ColumnType.Decimal || element instanceof ColumnType.Numeric);
        return Unreadable.blocked(
                schema.source(),
                described(schema, column)
                        + " is null in an update. Debezium writes that for null and for a long value that the update left alone"
                        + (numbers
                                ? ", and for an array that holds NaN or an infinity: that value is lost in the event, neither null nor"
                                        + " unchanged is right for it, and nothing but the source has it (docs/types.md)."
                                : ".")
                        + " So that later records tell them apart: ALTER TABLE ... REPLICA IDENTITY FULL in the source"
                        + " (or settings of the connector that have a placeholder: decimal.handling.mode=string, binary.handling.mode=bytes,"
                        + " column.propagate.source.type for arrays of text)."
                        + " For the records that are written already, set duet.source.ambiguous-nulls to null or"
                        + " unchanged and restart Duet.");
    }

    private static Unreadable dimensions(TableSchema schema, int column) {
        return Unreadable.blocked(
                schema.source(),
                described(schema, column)
                        + " holds nothing but nulls. Debezium writes that for an array of two dimensions, whose values it"
                        + " loses, too. Exclude the column in the connector (column.exclude.list) or give it one dimension; if it"
                        + " has one, set duet.source.ambiguous-nulls=null and restart Duet.");
    }

    private static String described(TableSchema schema, int index) {
        Column column = schema.columns().get(index);
        return "The column '" + Unreadable.shown(column.name()) + "' (" + TypeText.show(column.type()) + ") of "
                + schema.source();
    }
}
