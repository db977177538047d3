package dev.duet.transform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is changed in the rows between the source and the sinks: {@code duet.transform.<name>.…}, docs/transforms.md. */
@ConfigMapping(prefix = "duet.transform")
public interface TransformConfig {
    /** The rules by name; the name is only for messages and for the order of rules with one {@link Rule#order}. */
    @WithParentName
    Map<String, Rule> rules();

    /** All columns are named as the rule finds them, so the order of the keys below does not matter. */
    interface Rule {
        /** The source tables, {@code schema.table}, {@code *} for any characters. Required. */
        Optional<List<String>> tables();

        /** Of several rules for one table the lower one comes first, and the next one sees its result. */
        @WithDefault("100")
        int order();

        /** What a column that the table lacks means for the rule: {@code stop} the table, or {@code ignore} the column. */
        @WithDefault("stop")
        MissingColumns missingColumns();

        /** Fields beside {@code before} and {@code after} that become text columns at the end of the row. */
        Optional<List<String>> lift();

        /** The rows that go on: a condition, see docs/transforms.md. */
        Optional<String> where();

        /** The columns that stay; the key's must be among them. */
        Optional<List<String>> columns();

        /** The columns that go. */
        Optional<List<String>> drop();

        /** Column to its new type as in SQL. */
        Map<String, String> cast();

        /** Columns of which HMAC-SHA-256 with the {@link #salt} remains, as 64 hexadecimal digits. */
        Optional<List<String>> hash();

        /** The secret of {@link #hash}, at least 16 characters. Never logged. */
        Optional<String> salt();

        /** Column to the text that stands for each of its values. */
        Map<String, String> mask();

        /** Column to the number of its last characters that stay. */
        Map<String, Integer> maskButLast();

        /** Column to its new name. */
        Map<String, String> rename();

        /** New column to the text that it has in each row. */
        Map<String, String> add();

        /** The name under which the rows go on, {@code schema.table}; {@code {schema}} and {@code {table}} are the source's. */
        Optional<String> route();
    }

    /** See {@link Rule#missingColumns}. */
    enum MissingColumns {
        STOP,
        IGNORE
    }
}
