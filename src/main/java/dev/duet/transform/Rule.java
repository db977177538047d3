package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.TablePattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A checked rule of the configuration. Columns are named as the rule finds them.
 *
 * @param name its name in the configuration
 * @param ignoreMissing whether a column that the table lacks is passed over
 * @param columns the columns that stay, empty for all
 * @param masks column to what hides it
 * @param hash null if nothing is hashed
 */
record Rule(
        String name,
        TablePattern tables,
        int order,
        boolean ignoreMissing,
        List<String> lift,
        @Nullable Filter where,
        Set<String> columns,
        Set<String> drop,
        Map<String, ColumnType> casts,
        Set<String> hashed,
        @Nullable Hash hash,
        Map<String, MaskKind> masks,
        Map<String, String> renames,
        Map<String, String> added,
        @Nullable Route route) {

    /** How a column is masked. */
    sealed interface MaskKind {
        record Fixed(String text) implements MaskKind {}

        record ButLast(int shown) implements MaskKind {}
    }

    static final String PREFIX = "duet.transform.";

    /** The configuration's key of a part of this rule, for messages. */
    String key(String part) {
        return PREFIX + name + "." + part;
    }

    /** Whether rows that it lets pass go on as they came. */
    boolean onlyFilters() {
        return columns.isEmpty() && route == null && lift.isEmpty() && added.isEmpty() && named().isEmpty();
    }

    /** The columns that the rule does something to, beside those of the filter and of the choice. */
    Set<String> named() {
        Set<String> named = new LinkedHashSet<>(drop);
        named.addAll(casts.keySet());
        named.addAll(hashed);
        named.addAll(masks.keySet());
        named.addAll(renames.keySet());
        return named;
    }
}
