package dev.duet.envelope;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the payload of a record's value. Holds what the last pass found until the next one.
 *
 * <pre>
 * {"before": ROW?, "after": ROW?, "source": {"schema", "table", "lsn", "txId", "ts_us", "ts_ms", ...}, "op": "c", ...}
 * </pre>
 *
 * <p>The fields may come in any order. Debezium writes the row before the source that says which table it is of: so a pass is given
 * a plan on trial, and the caller looks at {@link #isOf} afterwards.
 */
final class Envelope {
    private static final int OP = 1;
    private static final int SOURCE = 2;
    private static final int ROW = 4;
    private static final int LSN = 8;
    private static final int TX_ID = 16;
    private static final int TS_MICROS = 32;
    private static final int TS_MILLIS = 64;
    private static final int SEQUENCE = 128;

    private final Parsers parsers;
    private final RowReader rows;

    private int seen;
    private char op;
    private boolean isMarker;
    private @Nullable Object @Nullable [] row;
    private @Nullable List<String> rowNames;
    private int rowBytes;
    private boolean hasOldRow;
    private final LiftedFields lifted = new LiftedFields();

    private @Nullable String schema;
    private @Nullable String table;
    private long lsn;
    private long sequenceLsn;
    private long txId;
    private long tsMicros;
    private long tsMillis;

    Envelope(Parsers parsers, String unavailable) {
        this.parsers = parsers;
        this.rows = new RowReader(unavailable);
    }

    /** Debezium's letter, 0 if there was none. */
    char op() {
        return op;
    }

    /** Whether it looks like a BEGIN or END of a transaction. */
    boolean isMarker() {
        return isMarker;
    }

    /** The row's values, null if the record has none or the pass had no plan. */
    @Nullable
    Object @Nullable [] row() {
        return row;
    }

    /** The row's field names, null if the record has no row or the pass had a plan. */
    @Nullable
    List<String> rowNames() {
        return rowNames;
    }

    /** The size of the row's texts and bytes. */
    int rowBytes() {
        return rowBytes;
    }

    /** Whether {@code before} holds a row. */
    boolean hasOldRow() {
        return hasOldRow;
    }

    boolean isOf(TableId other) {
        return other.schema().equals(schema) && other.table().equals(table);
    }

    TableId table() throws Unreadable {
        if (!has(SOURCE)) {
            throw Unreadable.malformed("source: expected an object");
        }
        if (schema == null || table == null || table.isEmpty()) {
            throw Unreadable.malformed("source: expected schema and table");
        }
        return new TableId(schema, table);
    }

    /** The rows of an incremental snapshot have no lsn; where the stream stood when they were read is in their sequence. */
    SourcePosition position() throws Unreadable {
        boolean fromSequence = !has(LSN) && op == 'r' && has(SEQUENCE);
        if (!has(LSN) && !fromSequence) {
            throw Unreadable.malformed("source.lsn: expected a 64-bit integer");
        }
        return new SourcePosition(fromSequence ? sequenceLsn : lsn, has(TX_ID) ? txId : SourcePosition.NO_TX, micros());
    }

    private long micros() throws Unreadable {
        if (has(TS_MICROS)) {
            return tsMicros;
        }
        if (!has(TS_MILLIS) || Math.abs(tsMillis / 1000) > Long.MAX_VALUE / 1_000_000) {
            throw Unreadable.malformed("source: expected ts_us, or ts_ms within 64 bits as microseconds");
        }
        return tsMillis * 1000;
    }

    /**
     * Reads the payload.
     *
     * @param plan how to read the row; null to find only its field names
     * @param rowField the field with the row, {@code after} or {@code before}
     * @throws BadValue if the row does not fit the plan; the rest has not been read then
     * @throws Unreadable if the payload does not fit its format, whatever the plan
     */
    void read(Input in, @Nullable RowPlan plan, String rowField) throws Unreadable, BadValue {
        reset();
        try (JsonParser parser = parsers.open(in.value(), in.from(), in.to(), in.avro())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Unreadable.malformed("value: expected " + Payload.objectForm(in.avro()));
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "before", "after" -> {
                        hasOldRow |= token == JsonToken.START_OBJECT && name.equals("before");
                        row(parser, token, plan, name.equals(rowField) ? rowField : null);
                    }
                    case "source" -> source(parser, token, plan);
                    case "op" -> op(parser, token);
                    case "status" -> {
                        isMarker = token == JsonToken.VALUE_STRING;
                        parser.skipChildren();
                    }
                    default -> lifted.read(parser, plan, name);
                }
            }
            lifted.moveInto(row);
            if (parser.nextToken() != null) {
                throw Unreadable.malformed("value: expected nothing behind the closing brace");
            }
        } catch (StreamConstraintsException e) {
            throw Unreadable.malformed("value: expected JSON of at most " + DebeziumDecoder.MAX_DEPTH
                    + " levels, with numbers of at most " + DebeziumDecoder.MAX_NUMBER_LENGTH + " digits");
        } catch (IOException e) {
            // Jackson's message quotes the text.
            throw Unreadable.malformed("value: expected " + Payload.form(in.avro()));
        }
    }

    private void reset() {
        seen = 0;
        op = 0;
        isMarker = false;
        row = null;
        rowNames = null;
        rowBytes = 0;
        hasOldRow = false;
        lifted.clear();
        schema = null;
        table = null;
    }

    private boolean has(int field) {
        return (seen & field) != 0;
    }

    private void once(int field, String name) throws Unreadable {
        if (has(field)) {
            throw Unreadable.malformed(name + ": expected only once");
        }
        seen |= field;
    }

    private void op(JsonParser parser, JsonToken token) throws IOException, Unreadable {
        once(OP, "op");
        if (token != JsonToken.VALUE_STRING || parser.getTextLength() != 1) {
            throw Unreadable.malformed("op: expected one of c, u, d, r, t, m");
        }
        op = parser.getTextCharacters()[parser.getTextOffset()];
    }

    private void row(JsonParser parser, JsonToken token, @Nullable RowPlan plan, @Nullable String field)
            throws IOException, Unreadable, BadValue {
        if (field == null) {
            parser.skipChildren();
            return;
        }
        once(ROW, field);
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.START_OBJECT) {
            throw Unreadable.malformed(field + ": expected an object or null");
        }
        if (plan == null) {
            rowNames = names(parser, field);
        } else {
            row = rows.read(parser, plan, field);
            rowBytes = rows.bytes();
        }
    }

    private static List<String> names(JsonParser parser, String field) throws IOException, Unreadable {
        List<String> names = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (names.size() == DebeziumDecoder.MAX_COLUMNS) {
                throw Unreadable.malformed(
                        field + ": expected at most " + DebeziumDecoder.MAX_COLUMNS + " columns, PostgreSQL's limit");
            }
            names.add(parser.currentName());
            parser.nextToken();
            parser.skipChildren();
        }
        return names;
    }

    private void source(JsonParser parser, JsonToken token, @Nullable RowPlan plan) throws IOException, Unreadable {
        once(SOURCE, "source");
        if (token != JsonToken.START_OBJECT) {
            throw Unreadable.malformed("source: expected an object");
        }
        TableId expected = plan == null ? null : plan.schema().table();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "schema" -> schema = text(parser, name, expected == null ? null : expected.schema());
                case "table" -> table = text(parser, name, expected == null ? null : expected.table());
                case "lsn" -> lsn = integer(parser, name, LSN);
                case "sequence" -> sequence(parser);
                case "txId" -> txId = integer(parser, name, TX_ID);
                case "ts_us" -> tsMicros = integer(parser, name, TS_MICROS);
                case "ts_ms" -> tsMillis = integer(parser, name, TS_MILLIS);
                default -> parser.skipChildren();
            }
        }
    }

    /** Null counts as absent. */
    private long integer(JsonParser parser, String name, int field) throws IOException, Unreadable {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return 0;
        }
        if (has(field)) {
            throw Unreadable.malformed("source." + name + ": expected only once");
        }
        seen |= field;
        try {
            return NumberReaders.integer(parser, Long.MIN_VALUE, Long.MAX_VALUE, "expected a 64-bit integer");
        } catch (BadValue e) {
            throw Unreadable.malformed("source." + name + ": " + e.getMessage());
        }
    }

    /** Finds b in {@code ["a","b"]}, the LSN of the event; another text counts as absent. Allocates nothing. */
    private void sequence(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return;
        }
        char[] chars = parser.getTextCharacters();
        int from = parser.getTextOffset();
        int digit = from + parser.getTextLength() - 3; // behind it: "]
        long value = 0;
        int digits = 0;
        for (long place = 1; digit >= from && chars[digit] >= '0' && chars[digit] <= '9' && digits < 18; place *= 10) {
            value += (chars[digit--] - '0') * place;
            digits++;
        }
        if (digits > 0 && digit >= from && chars[digit] == '"') {
            sequenceLsn = value;
            seen |= SEQUENCE;
        }
    }

    /** The text; the expected one itself if it is equal, which spares a copy. */
    private static String text(JsonParser parser, String name, @Nullable String expected)
            throws IOException, Unreadable {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Unreadable.malformed("source." + name + ": expected a string");
        }
        if (expected != null && expected.length() == parser.getTextLength()) {
            char[] chars = parser.getTextCharacters();
            int offset = parser.getTextOffset();
            int i = 0;
            while (i < expected.length() && expected.charAt(i) == chars[offset + i]) {
                i++;
            }
            if (i == expected.length()) {
                return expected;
            }
        }
        return parser.getText();
    }
}
