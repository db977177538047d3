package dev.duet.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.Op;
import dev.duet.change.Row;
import dev.duet.change.RowChange;
import dev.duet.change.SourcePosition;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.change.TopicPartition;
import dev.duet.change.TypeText;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Configurations, schemas and changes for these tests. */
final class Fixture {
    static final String SALT = "0123456789abcdef";

    private Fixture() {}

    /** Keys and values in turn; the keys begin after {@code duet.transform.}. */
    static Transforms transforms(String... settings) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            all.put("duet.transform." + settings[i], settings[i + 1]);
        }
        return Transforms.of(new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(TransformConfig.class)
                .withSources(new PropertiesConfigSource(all, "test", 100))
                .build()
                .getConfigMapping(TransformConfig.class));
    }

    /** Columns as {@code name type}, a {@code *} behind those of the key. */
    static TableSchema schema(String table, String... columns) {
        List<Column> all = new ArrayList<>();
        List<Integer> key = new ArrayList<>();
        for (String column : columns) {
            if (column.endsWith("*")) {
                key.add(all.size());
            }
            String[] parts = column.replace("*", "").split(" ", 2);
            all.add(new Column(parts[0], TypeText.parse(parts[1]).orElseThrow()));
        }
        int dot = table.indexOf('.');
        return new TableSchema(new TableId(table.substring(0, dot), table.substring(dot + 1)), all, key);
    }

    static RowChange change(TableSchema schema, Op op, @Nullable Object... values) {
        Row row = op == Op.TRUNCATE ? null : Row.of(values);
        return new RowChange(schema, op, row, new SourcePosition(7, 1, 9), new TopicPartition("t", 0), 5, 100);
    }

    static RowChange changed(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Changed.class);
        return ((Outcome.Changed) outcome).change();
    }

    static List<@Nullable Object> values(RowChange change) {
        List<@Nullable Object> values = new ArrayList<>();
        Row row = change.row();
        assertThat(row).isNotNull();
        for (int i = 0; row != null && i < row.size(); i++) {
            values.add(row.get(i));
        }
        return values;
    }

    static String stopped(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Stopped.class);
        return ((Outcome.Stopped) outcome).reason();
    }
}
