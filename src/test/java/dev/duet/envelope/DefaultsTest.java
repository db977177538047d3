package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The defaults that Debezium 3.7 was seen to tell, and those that it makes up. */
class DefaultsTest {
    private static final String SOURCE_TYPE = "__debezium.source.column.type";

    private static @Nullable Object of(
            ColumnType type, String connect, @Nullable String semantic, @Nullable String json, String sourceType) {
        ConnectField field =
                new ConnectField("c", connect, semantic, Map.of(SOURCE_TYPE, sourceType), List.of(), null, json);
        ValueReader reader = Objects.requireNonNull(new Readers(EnvelopeOptions.DEFAULTS).of(type, field));
        return new Defaults().of(new Column("c", type), field, reader).defaultValue();
    }

    @Test
    void constantsAreTaken() {
        assertThat(of(new ColumnType.Text(0), "string", null, "\"it's \\\\ x\"", "TEXT"))
                .isEqualTo("it's \\ x");
        assertThat(of(new ColumnType.Int32(), "int32", null, "0", "INT4")).isEqualTo(0);
        assertThat(of(new ColumnType.Text(0), "string", null, "\"\"", "TEXT")).isEqualTo("");
        assertThat(of(new ColumnType.Bool(), "boolean", null, "true", "BOOL")).isEqualTo(true);
        assertThat(of(new ColumnType.Decimal(10, 2), "string", null, "\"1.50\"", "NUMERIC"))
                .isEqualTo(new BigDecimal("1.50"));
        assertThat(of(new ColumnType.Date(), "int32", WireNames.DATE, "18295", "DATE"))
                .isEqualTo(18295);
        assertThat(of(new ColumnType.Int32(), "int32", null, null, "INT4")).isNull();
    }

    @Test
    void whatStandsForAnExpressionIsNotBelieved() {
        Object unknown = Column.UNKNOWN_DEFAULT;
        assertThat(of(new ColumnType.Int32(), "int32", null, "0", "SERIAL")).isSameAs(unknown);
        assertThat(of(
                        new ColumnType.Uuid(),
                        "string",
                        WireNames.UUID,
                        "\"00000000-0000-0000-0000-000000000000\"",
                        "UUID"))
                .isSameAs(unknown);
        assertThat(of(
                        new ColumnType.TimestampTz(6),
                        "string",
                        WireNames.ZONED_TIMESTAMP,
                        "\"1970-01-01T00:00:00.000000Z\"",
                        "TIMESTAMPTZ"))
                .isSameAs(unknown);
        assertThat(of(new ColumnType.Timestamp(6), "int64", WireNames.MICRO_TIMESTAMP, "0", "TIMESTAMP"))
                .isSameAs(unknown);
        assertThat(of(new ColumnType.Int32(), "int32", null, "\"text\"", "INT4"))
                .isSameAs(unknown);
    }
}
