package dev.duet.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Columns of text for people: words to the left, numbers to the right, as wide as needed. */
final class TextTable {
    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();

    /** @param heads the columns' names; one that begins with {@code >} stands to the right */
    TextTable(String... heads) {
        this.heads = List.of(heads);
    }

    void row(Object... values) {
        List<String> row = new ArrayList<>();
        for (Object value : values) {
            row.add(String.valueOf(value));
        }
        rows.add(row);
    }

    void print(PrintWriter to) {
        int[] widths = new int[heads.size()];
        for (int column = 0; column < widths.length; column++) {
            int widest = head(column).length();
            for (List<String> row : rows) {
                widest = Math.max(widest, row.get(column).length());
            }
            widths[column] = widest;
        }
        line(to, heads.stream().map(TextTable::name).toList(), widths);
        rows.forEach(row -> line(to, row, widths));
    }

    private void line(PrintWriter to, List<String> values, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String gap = " ".repeat(widths[column] - values.get(column).length());
            boolean right = heads.get(column).startsWith(">");
            line.append(right ? gap : "").append(values.get(column)).append(right ? "" : gap);
            line.append("  ");
        }
        to.println(line.toString().stripTrailing());
    }

    private String head(int column) {
        return name(heads.get(column));
    }

    private static String name(String head) {
        return head.startsWith(">") ? head.substring(1) : head;
    }
}
