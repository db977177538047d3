package dev.duet.cli;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CSV as RFC 4180 has it, with a line of names first. An empty field is null, a quoted empty one the empty text.
 *
 * <pre>
 * line  := field { delimiter field } newline
 * field := text without delimiter, quote and newline | '"' any text, a quote within twice '"'
 * </pre>
 */
final class CsvFields implements FieldSource {
    private static final int END = -1;

    private final Reader text;
    private final char delimiter;
    private final List<String> names;
    private long line = 1;
    /** Where the last record begins. */
    private long began = 1;

    private int ahead;

    CsvFields(Reader text, char delimiter) throws IOException, Unreadable {
        this.text = text;
        this.delimiter = delimiter;
        this.ahead = text.read();
        if (ahead == '\uFEFF') {
            ahead = text.read();
        }
        List<@Nullable String> header = line();
        this.names = new ArrayList<>();
        if (header != null) {
            for (String name : header) {
                names.add(name == null ? "" : name.strip());
            }
        }
    }

    @Override
    public @Nullable Fields next() throws IOException, Unreadable {
        List<@Nullable String> values = line();
        if (values == null) {
            return null;
        }
        Map<String, @Nullable String> fields = new LinkedHashMap<>();
        if (values.size() != names.size()) {
            return new Fields(began, fields, "it has " + values.size() + " fields, the first line " + names.size());
        }
        for (int i = 0; i < names.size(); i++) {
            fields.put(names.get(i), values.get(i));
        }
        return new Fields(began, fields, fields.size() < names.size() ? "the first line has a name twice" : null);
    }

    /** The fields of the next line that is not empty, null at the end. */
    private @Nullable List<@Nullable String> line() throws IOException, Unreadable {
        while (ahead == '\n' || ahead == '\r') {
            newline();
        }
        began = line;
        if (ahead == END) {
            return null;
        }
        List<@Nullable String> fields = new ArrayList<>();
        while (true) {
            fields.add(ahead == '"' ? quoted() : plain());
            if (ahead != delimiter) {
                break;
            }
            ahead = text.read();
        }
        if (ahead != END && ahead != '\n' && ahead != '\r') {
            throw new Unreadable(line, "expected the delimiter or the end of the line behind a quoted field");
        }
        newline();
        return fields;
    }

    private void newline() throws IOException {
        if (ahead == '\r') {
            ahead = text.read();
            if (ahead != '\n') {
                line++;
                return;
            }
        }
        if (ahead == '\n') {
            line++;
            ahead = text.read();
        }
    }

    private @Nullable String plain() throws IOException {
        StringBuilder value = new StringBuilder();
        while (ahead != END && ahead != delimiter && ahead != '\n' && ahead != '\r') {
            value.append((char) ahead);
            ahead = text.read();
        }
        return value.isEmpty() ? null : value.toString();
    }

    private String quoted() throws IOException, Unreadable {
        long from = line;
        StringBuilder value = new StringBuilder();
        ahead = text.read();
        while (true) {
            if (ahead == END) {
                throw new Unreadable(from, "a quote is not closed");
            }
            if (ahead == '"') {
                ahead = text.read();
                if (ahead != '"') {
                    return value.toString();
                }
            }
            line += ahead == '\n' ? 1 : 0;
            value.append((char) ahead);
            ahead = text.read();
        }
    }

    @Override
    public void close() throws IOException {
        text.close();
    }
}
