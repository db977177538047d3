package dev.duet.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns for people. The first rows decide how wide the columns are; those behind them are printed as they come, so that an answer of any
 * length takes no memory. Long values are cut; control characters are shown as a middle dot.
 */
final class Grid implements AutoCloseable {
    private static final int ROWS_THAT_DECIDE = 200;
    private static final int LONGEST = 60;

    private final PrintStream out;
    private final List<String> header;
    private final List<List<String>> waiting = new ArrayList<>();
    private int @Nullable [] widths;
    private long rows;

    Grid(PrintStream out, List<String> header) {
        this.out = out;
        this.header = header;
    }

    void row(List<? extends @Nullable Object> values) {
        List<String> row = new ArrayList<>(values.size());
        for (Object value : values) {
            row.add(shown(value));
        }
        rows++;
        if (widths != null) {
            print(row, widths);
            return;
        }
        waiting.add(row);
        if (waiting.size() >= ROWS_THAT_DECIDE) {
            flush();
        }
    }

    long rows() {
        return rows;
    }

    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST - 1) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "·");
    }

    private int[] flush() {
        int[] decided = new int[header.size()];
        for (int i = 0; i < decided.length; i++) {
            decided[i] = header.get(i).length();
            for (List<String> row : waiting) {
                decided[i] = Math.max(decided[i], row.get(i).length());
            }
        }
        widths = decided;
        print(header, decided);
        waiting.forEach(row -> print(row, decided));
        waiting.clear();
        return decided;
    }

    private void print(List<String> row, int[] of) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < of.length; i++) {
            String value = row.get(i);
            line.append(i == 0 ? "" : "  ").append(value);
            line.append(" ".repeat(Math.max(0, of[i] - value.length())));
        }
        out.println(line.toString().stripTrailing());
    }

    @Override
    public void close() {
        if (widths == null) {
            widths = flush();
        }
        out.flush();
    }
}
