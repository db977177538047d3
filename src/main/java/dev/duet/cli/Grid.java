package dev.duet.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Columns for people. The first rows decide how wide the columns are; those behind them are printed as they come, so that an answer of any
 * length takes no memory. Long values are cut; control characters are shown as a middle dot. {@link #whole} keeps all.
 */
final class Grid implements AutoCloseable {
    private static final int ROWS_THAT_DECIDE = 200;
    private static final int LONGEST = 60;

    private final PrintWriter out;
    private final List<String> header;
    private final int words;
    private final boolean whole;
    private final List<List<String>> waiting = new ArrayList<>();
    private int @Nullable [] widths;

    Grid(PrintStream out, List<String> header) {
        this(new PrintWriter(out, false, out.charset()), header, header.size(), false);
    }

    private Grid(PrintWriter out, List<String> header, int words, boolean whole) {
        this.out = out;
        this.header = header;
        this.words = words;
        this.whole = whole;
    }

    /**
     * Of an answer that is short: all rows decide, and no value is cut.
     *
     * @param words how many columns stand to the left; those behind them are numbers, to the right
     */
    static Grid whole(PrintWriter out, int words, String... header) {
        return new Grid(out, List.of(header), words, true);
    }

    void row(List<? extends @Nullable Object> values) {
        List<String> row = new ArrayList<>(values.size());
        for (Object value : values) {
            row.add(shown(value));
        }
        if (widths != null) {
            print(row, widths);
            return;
        }
        waiting.add(row);
        if (!whole && waiting.size() >= ROWS_THAT_DECIDE) {
            widths = decide();
        }
    }

    private String shown(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value.toString();
        if (whole) {
            return text;
        }
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST - 1) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "·");
    }

    private int[] decide() {
        int[] decided = new int[header.size()];
        for (int i = 0; i < decided.length; i++) {
            decided[i] = header.get(i).length();
            for (List<String> row : waiting) {
                decided[i] = Math.max(decided[i], row.get(i).length());
            }
        }
        print(header, decided);
        waiting.forEach(row -> print(row, decided));
        waiting.clear();
        return decided;
    }

    private void print(List<String> row, int[] of) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < of.length; i++) {
            String value = row.get(i);
            String gap = " ".repeat(Math.max(0, of[i] - value.length()));
            line.append(i == 0 ? "" : "  ").append(i < words ? value + gap : gap + value);
        }
        out.println(line.toString().stripTrailing());
    }

    @Override
    public void close() {
        if (widths == null) {
            widths = decide();
        }
        out.flush();
    }
}
