package dev.duet.cli;

import dev.duet.change.Column;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableSchema;
import dev.duet.change.TypeText;
import dev.duet.change.ValueText;
import dev.duet.envelope.Decoded;
import dev.duet.intake.Peek;
import dev.duet.transform.Outcome;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints events: as a paragraph each, or as a JSON object on a line each. */
final class EventPrinter {
    private static final String LEFT_ALONE = "(unchanged, not sent)";

    private final PrintStream out;
    private final Format format;
    private final boolean values;

    /** @param values whether to show keys and rows */
    EventPrinter(PrintStream out, Format format, boolean values) {
        this.out = out;
        this.format = format;
        this.values = values;
    }

    void print(String topic, Peek.Event event, Decision decision) {
        RowChange change = event.decoded() instanceof Decoded.Change(RowChange of) ? of : null;
        if (format == Format.JSON) {
            Answer.print(out, json(topic, event, change, decision));
            return;
        }
        out.println(topic + "-" + event.partition() + "@" + event.offset() + "  " + event.at()
                + (event.sentAgain() ? "  sent again" : "")
                + (values && event.key() != null ? "  key " + DeadLettersShowCommand.text(event.key()) : ""));
        if (change != null) {
            SourcePosition source = change.source();
            out.println("  " + change.op().code() + " " + TableName.of(change.table()) + "  lsn " + source.lsn()
                    + (source.txId() == SourcePosition.NO_TX ? "" : "  transaction " + source.txId()) + "  committed "
                    + committedAt(source));
            if (values) {
                rows(change, event.before());
            }
        }
        if (event.outcome() instanceof Outcome.Changed(RowChange result) && result != change && change != null) {
            out.println("  as transformed: " + TableName.of(result.table()) + " "
                    + result.op().code());
            if (values) {
                rows(result, null);
            }
        }
        out.println("  -> " + decision.what() + ": " + decision.why());
        out.flush();
    }

    private void rows(RowChange change, @Nullable Row before) {
        TableSchema schema = change.schema();
        for (int i = 0; i < schema.columns().size(); i++) {
            Column column = schema.columns().get(i);
            String old = before == null ? null : shown(column, before.get(i));
            String now =
                    change.row() == null ? null : shown(column, change.row().get(i));
            if (old == null && now == null) {
                continue;
            }
            out.println("    " + column.name() + " " + TypeText.show(column.type()) + ": "
                    + (old == null || old.equals(now) ? "" : old + " -> ") + now);
        }
    }

    private static String shown(Column column, @Nullable Object value) {
        if (value == null) {
            return "null";
        }
        return value == Row.UNCHANGED
                ? LEFT_ALONE
                : ValueText.of(column.type()).apply(value).replaceAll("\\p{Cntrl}", "·");
    }

    private Map<String, @Nullable Object> json(
            String topic, Peek.Event event, @Nullable RowChange change, Decision decision) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("topic", topic);
        json.put("partition", event.partition());
        json.put("offset", event.offset());
        json.put("at", event.at());
        json.put("bytes", event.bytes());
        if (values) {
            json.put("key", DeadLettersShowCommand.text(event.key()));
        }
        if (change != null) {
            json.put("table", TableName.of(change.table()));
            json.put("op", change.op().code());
            json.put("lsn", change.source().lsn());
            json.put(
                    "transaction",
                    change.source().txId() == SourcePosition.NO_TX
                            ? null
                            : change.source().txId());
            json.put("committedAt", committedAt(change.source()));
            if (values) {
                json.put("types", types(change.schema()));
                json.put("before", row(change.schema(), event.before()));
                json.put("after", row(change.schema(), change.row()));
            }
        }
        if (values && event.outcome() instanceof Outcome.Changed(RowChange result) && result != change) {
            json.put("transformedTable", TableName.of(result.table()));
            json.put("transformedOp", result.op().code());
            json.put("transformed", row(result.schema(), result.row()));
        }
        json.put("decision", decision.what());
        json.put("why", decision.why());
        return json;
    }

    private static Map<String, Object> types(TableSchema schema) {
        Map<String, Object> types = new LinkedHashMap<>();
        schema.columns().forEach(column -> types.put(column.name(), TypeText.show(column.type())));
        return types;
    }

    private static @Nullable Map<String, @Nullable Object> row(TableSchema schema, @Nullable Row row) {
        if (row == null) {
            return null;
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            Object value = row.get(i);
            if (value != Row.UNCHANGED) {
                Column column = schema.columns().get(i);
                values.put(
                        column.name(),
                        value == null ? null : ValueText.of(column.type()).apply(value));
            }
        }
        return values;
    }

    private static Instant committedAt(SourcePosition source) {
        return Instant.EPOCH.plus(source.tsMicros(), ChronoUnit.MICROS);
    }
}
