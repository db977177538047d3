package dev.duet.change;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which source tables a rule is for: names {@code schema.table}, where {@code *} stands for any characters.
 *
 * @param single whether it is the name of one table
 */
public record TablePattern(Pattern names, boolean single) {
    /** @throws IllegalArgumentException if a name has no schema; the message is what is wrong, without the key */
    public static TablePattern of(List<String> tables) {
        StringBuilder all = new StringBuilder();
        for (String table : tables) {
            if (table.indexOf('.') < 1 && !table.equals("*")) {
                throw new IllegalArgumentException("'" + table
                        + "' has no schema; name source tables as schema.table, for example public." + table);
            }
            all.append(all.isEmpty() ? "" : "|");
            for (String part : table.split("\\*", -1)) {
                all.append(Pattern.quote(part)).append(".*");
            }
            all.setLength(all.length() - 2);
        }
        return new TablePattern(
                Pattern.compile(all.toString(), Pattern.DOTALL),
                tables.size() == 1 && tables.getFirst().indexOf('*') < 0);
    }

    /** Whether it is for this source table. */
    public boolean matches(TableId table) {
        return names.matcher(table.toString()).matches();
    }
}
