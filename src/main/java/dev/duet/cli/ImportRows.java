package dev.duet.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.Row;
import dev.duet.change.TableSchema;
import dev.duet.change.TypeText;
import dev.duet.cli.FieldSource.Fields;
import dev.duet.transform.Texts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes rows of a table from the records of a file, exactly or not at all. */
final class ImportRows {
    private static final JsonFactory JSON = new JsonFactory();

    /** Whose texts are no values that the table's events carry as text. */
    private static final Set<String> STRUCTS = Set.of("bit", "varbit", "point", "line", "circle");

    private final TableSchema schema;

    ImportRows(TableSchema schema) {
        this.schema = schema;
    }

    /** Whether values of this type of PostgreSQL's come in a form of their own. */
    static boolean isStruct(String nativeType) {
        return STRUCTS.contains(nativeType);
    }

    /** Says what is wrong with a record; never with a value in it. */
    static final class BadRow extends Exception {
        private static final long serialVersionUID = 1L;

        BadRow(String message) {
            super(message, null, false, false);
        }
    }

    Row row(Fields record) throws BadRow {
        if (record.problem() != null) {
            throw new BadRow(record.problem());
        }
        for (String name : record.fields().keySet()) {
            if (schema.indexOf(name) < 0) {
                throw new BadRow("the table has no column " + name.replaceAll("\\p{Cntrl}", "?"));
            }
        }
        @Nullable Object[] values = new @Nullable Object[schema.columns().size()];
        for (int i = 0; i < values.length; i++) {
            Column column = schema.columns().get(i);
            String text = record.fields().get(column.name());
            if (text == null && schema.key().contains(i)) {
                throw new BadRow("the column " + column.name() + " is part of the key and has no value");
            }
            values[i] = text == null ? null : value(column, text);
        }
        return Row.of(values);
    }

    /** The key's values as one text, by which rows of one key are told. */
    String key(Row row) {
        List<String> key = new ArrayList<>();
        for (int index : schema.key()) {
            String text = dev.duet.change.ValueText.canonical(
                            schema.columns().get(index).type())
                    .apply(java.util.Objects.requireNonNull(row.get(index)));
            key.add(text.length() + ":" + text);
        }
        return String.join("", key);
    }

    private static Object value(Column column, String text) throws BadRow {
        if (text.indexOf('\0') >= 0) {
            throw new BadRow("the column " + column.name() + " has a NUL character, which PostgreSQL can't hold");
        }
        try {
            return switch (column.type()) {
                case ColumnType.Json ignored -> document(text);
                case ColumnType.Bytes ignored -> bytes(text);
                case ColumnType.Native(String name, int length) when !STRUCTS.contains(name) -> text;
                case ColumnType.Native ignored -> throw new IllegalArgumentException("can't be imported");
                case ColumnType.Array ignored -> throw new IllegalArgumentException("can't be imported");
                default -> finite(column.type(), Texts.value(column.type(), text));
            };
        } catch (IllegalArgumentException e) {
            throw new BadRow(
                    "the column " + column.name() + " (" + TypeText.show(column.type()) + "): " + e.getMessage());
        }
    }

    private static Object finite(ColumnType type, Object value) {
        boolean infinite = switch (type) {
            case ColumnType.Float32 ignored -> !Float.isFinite((Float) value);
            case ColumnType.Float64 ignored -> !Double.isFinite((Double) value);
            case ColumnType.Date ignored -> value.equals(Integer.MAX_VALUE) || value.equals(Integer.MIN_VALUE);
            case ColumnType.Timestamp ignored -> isInfinite(value);
            case ColumnType.TimestampTz ignored -> isInfinite(value);
            default -> false;
        };
        if (infinite) {
            throw new IllegalArgumentException("NaN and infinities can't be imported");
        }
        if (value instanceof FarMoment && type instanceof ColumnType.Timestamp) {
            throw new IllegalArgumentException("a timestamp from 294247-01-10 04:00:54.775807 on can't be imported");
        }
        return value;
    }

    private static boolean isInfinite(Object timestamp) {
        return timestamp.equals(Long.MAX_VALUE) || timestamp.equals(Long.MIN_VALUE);
    }

    private static String document(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("expected a JSON document");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("expected one JSON document");
            }
            return text;
        } catch (IOException e) { // its message quotes the text
            throw new IllegalArgumentException("expected a JSON document");
        }
    }

    private static byte[] bytes(String text) {
        try {
            return text.startsWith("\\x")
                    ? HexFormat.of().parseHex(text.substring(2))
                    : Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected base64, or \\x and hexadecimal digits");
        }
    }
}
