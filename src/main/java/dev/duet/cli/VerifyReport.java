package dev.duet.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.RowKey;
import dev.duet.verify.Difference;
import dev.duet.verify.TableAnswer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** How the answer of a comparison is printed. */
final class VerifyReport {
    private VerifyReport() {}

    static void print(TableAnswer answer, PrintWriter out) {
        StringJoiner line = new StringJoiner(", ");
        line.add(answer.table() + ": " + outcome(answer));
        if (answer.rows() >= 0) {
            line.add(answer.rows() + " rows");
        }
        if (answer.sourceLsn() != null) {
            line.add("source " + lsn(answer.sourceLsn()));
        }
        if (answer.deltaVersion() >= 0) {
            line.add("Delta version " + answer.deltaVersion());
        }
        out.println(line);
        for (Difference difference : answer.differences()) {
            out.println("  " + Answer.word(difference.kind()) + " in " + Answer.word(difference.side()) + ": "
                    + key(answer.key(), difference.key()) + columns(difference));
        }
        if (!answer.complete()) {
            out.println("  there may be more: the comparison ended here");
        }
        for (RowKey key : answer.tooFast()) {
            out.println("  changed each time it was looked at: " + key(answer.key(), key));
        }
        for (NotCompared not : answer.notCompared()) {
            out.println("  not compared (" + not.side() + "): " + (not.column().equals("*") ? "" : not.column() + ": ")
                    + not.why());
        }
        out.flush();
    }

    private static String outcome(TableAnswer answer) {
        String what = answer.sourceCompared() && answer.deltaCompared()
                ? "source, mirror and Delta"
                : answer.sourceCompared() ? "source and mirror" : "mirror and Delta";
        return switch (answer.outcome()) {
            case EQUAL -> what + " are equal";
            case DIFFERENT -> "different in " + answer.differences().size() + " rows";
            case UNDECIDED -> "not decided for " + answer.tooFast().size() + " rows";
            case UNKNOWN -> "not known: " + answer.unknown();
            case NOT_COMPARED -> "not compared";
        };
    }

    private static String key(List<String> names, RowKey key) {
        StringJoiner text = new StringJoiner(", ");
        for (int i = 0; i < key.values().size(); i++) {
            text.add((i < names.size() ? names.get(i) + " " : "") + key.values().get(i));
        }
        return text.toString();
    }

    private static String columns(Difference difference) {
        if (difference.columns().isEmpty()) {
            return "";
        }
        StringJoiner text = new StringJoiner(", ", " (", ")");
        for (int i = 0; i < difference.columns().size(); i++) {
            boolean values = i < difference.expected().size();
            text.add(difference.columns().get(i)
                    + (values
                            ? ": " + difference.expected().get(i) + " is "
                                    + difference.found().get(i)
                            : ""));
        }
        return text.toString();
    }

    private static String lsn(long position) {
        return String.format(Locale.ROOT, "%X/%X", position >>> 32, position & 0xffffffffL);
    }

    static void json(List<TableAnswer> answers, PrintWriter out) {
        Answer.pretty(out, to -> {
            to.writeBooleanField(
                    "equal",
                    !answers.isEmpty() && answers.stream().allMatch(one -> one.outcome() == TableAnswer.Outcome.EQUAL));
            to.writeArrayFieldStart("tables");
            for (TableAnswer answer : answers) {
                json(answer, to);
            }
            to.writeEndArray();
        });
    }

    private static void json(TableAnswer answer, JsonGenerator to) throws IOException {
        to.writeStartObject();
        to.writeStringField("table", answer.table().toString());
        to.writeStringField("outcome", Answer.word(answer.outcome()));
        if (answer.unknown() != null) {
            to.writeStringField("why", answer.unknown());
        }
        to.writeNumberField("rows", answer.rows());
        to.writeStringField("sourceLsn", answer.sourceLsn() == null ? null : lsn(answer.sourceLsn()));
        to.writeNumberField("deltaVersion", answer.deltaVersion());
        to.writeBooleanField("sourceCompared", answer.sourceCompared());
        to.writeBooleanField("deltaCompared", answer.deltaCompared());
        to.writeBooleanField("complete", answer.complete());
        strings("key", answer.key(), to);
        to.writeArrayFieldStart("differences");
        for (Difference difference : answer.differences()) {
            to.writeStartObject();
            to.writeStringField("side", Answer.word(difference.side()));
            to.writeStringField("kind", Answer.word(difference.kind()));
            strings("key", difference.key().values(), to);
            strings("columns", difference.columns(), to);
            if (!difference.expected().isEmpty()) {
                strings("expected", difference.expected(), to);
                strings("found", difference.found(), to);
            }
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeArrayFieldStart("tooFast");
        for (RowKey key : answer.tooFast()) {
            to.writeStartArray();
            for (String value : key.values()) {
                to.writeString(value);
            }
            to.writeEndArray();
        }
        to.writeEndArray();
        to.writeArrayFieldStart("notCompared");
        for (NotCompared not : answer.notCompared()) {
            to.writeStartObject();
            to.writeStringField("column", not.column());
            to.writeStringField("side", not.side());
            to.writeStringField("why", not.why());
            to.writeEndObject();
        }
        to.writeEndArray();
        to.writeEndObject();
    }

    private static void strings(String name, List<? extends @Nullable String> values, JsonGenerator to)
            throws IOException {
        to.writeArrayFieldStart(name);
        for (String value : values) {
            to.writeString(value);
        }
        to.writeEndArray();
    }
}
