package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import java.io.IOException;
import java.util.Set;

/**
 * The default that a column's schema tells: what ALTER TABLE ... ADD COLUMN ... DEFAULT gave the rows that were there, without an event.
 *
 * <p>Debezium 3.7 tells constants only. For a default that it can't evaluate it tells none, or, if the column is NOT NULL or a time, the
 * type's zero: now() is 1970, gen_random_uuid() is all zeros, a sequence is 0. Zeros that nobody writes as a default are not believed;
 * 0 and the empty text are, since mostly they are meant.
 */
final class Defaults {
    private static final String NO_UUID = "00000000-0000-0000-0000-000000000000";
    private static final Set<String> SEQUENCES = Set.of("SERIAL", "BIGSERIAL", "SMALLSERIAL");

    private final JsonFactory json = new JsonFactory();

    /** The column with its default, if the field has one. */
    Column of(Column column, ConnectField field, ValueReader reader) {
        String text = field.defaultJson();
        if (text == null) {
            return column;
        }
        Object value = SEQUENCES.contains(field.parameters().getOrDefault("__debezium.source.column.type", ""))
                ? Column.UNKNOWN_DEFAULT
                : read(column.type(), text, reader);
        return new Column(column.name(), column.type(), value);
    }

    private Object read(ColumnType type, String text, ValueReader reader) {
        try (JsonParser parser = json.createParser(text)) {
            parser.nextToken();
            Object value = reader.read(parser);
            return value == Row.UNCHANGED || isInvented(type, value) ? Column.UNKNOWN_DEFAULT : value;
        } catch (IOException | BadValue e) {
            return Column.UNKNOWN_DEFAULT;
        }
    }

    private static boolean isInvented(ColumnType type, Object value) {
        boolean isTime = type instanceof ColumnType.Date
                || type instanceof ColumnType.Time
                || type instanceof ColumnType.Timestamp
                || type instanceof ColumnType.TimestampTz;
        return value.equals(NO_UUID) || (isTime && value instanceof Number number && number.longValue() == 0);
    }
}
