package dev.duet.cli;

import dev.duet.inspect.LogColumn;
import dev.duet.inspect.Rows;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints rows as they come: as a table, or each as a JSON object on a line of its own (NDJSON). */
final class RowPrinter implements Rows, AutoCloseable {
    private final PrintStream out;
    private final Format format;
    private final List<String> wanted;
    private final long limit;
    private final List<LogColumn> columns = new ArrayList<>();
    private final List<Integer> indexes = new ArrayList<>();
    private @Nullable Grid grid;
    private long rows;

    /**
     * @param wanted the columns in this order, empty for all
     * @param limit rows at most, 0 for all
     */
    RowPrinter(PrintStream out, Format format, List<String> wanted, long limit) {
        this.out = out;
        this.format = format;
        this.wanted = wanted;
        this.limit = limit;
    }

    @Override
    public void columns(List<LogColumn> all) {
        List<String> names = all.stream().map(LogColumn::name).toList();
        for (String name : wanted.isEmpty() ? names : wanted) {
            int index = names.indexOf(name);
            if (index < 0) {
                throw new IllegalArgumentException("there is no column " + name + " among " + names);
            }
            indexes.add(index);
            columns.add(all.get(index));
        }
        if (format == Format.TABLE) {
            grid = new Grid(out, columns.stream().map(LogColumn::name).toList());
        }
    }

    @Override
    public boolean row(List<@Nullable String> values) {
        List<@Nullable String> shown = new ArrayList<>(indexes.size());
        for (int index : indexes) {
            shown.add(values.get(index));
        }
        if (grid != null) {
            grid.row(shown);
        } else {
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            for (int i = 0; i < shown.size(); i++) {
                json.put(columns.get(i).name(), json(columns.get(i).type(), shown.get(i)));
            }
            Answer.print(out, json);
        }
        rows++;
        return limit == 0 || rows < limit;
    }

    /** Numbers of any digits stay texts: a reader of JSON would round them. */
    private static @Nullable Object json(String type, @Nullable String text) {
        if (text == null) {
            return null;
        }
        boolean plain = switch (type) {
            case "boolean", "byte", "short", "integer", "long" -> true;
            case "float", "double" -> !text.endsWith("NaN") && !text.endsWith("Infinity");
            default -> type.startsWith("array<");
        };
        return plain ? new Answer.Raw(text) : text;
    }

    long rows() {
        return rows;
    }

    /** Whether there may be more rows than were printed. */
    boolean isCut() {
        return limit > 0 && rows >= limit;
    }

    @Override
    public void close() {
        if (grid != null) {
            grid.close();
        }
        out.flush();
    }
}
