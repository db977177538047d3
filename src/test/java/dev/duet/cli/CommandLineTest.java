package dev.duet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.TableId;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/** What is written on a command line and in files, and how it is read. */
class CommandLineTest {
    @Test
    void tables() {
        assertThat(TableName.parse("public.orders")).isEqualTo(new TableId("public", "orders"));
        assertThat(TableName.parse("\"odd.name\".\"x\"\"y\"")).isEqualTo(new TableId("odd.name", "x\"y"));
        for (String name : List.of("public.orders", "\"odd.name\".\"x\"\"y\"", "Ünï.Tab le")) {
            assertThat(TableName.of(TableName.parse(name))).isEqualTo(name);
        }
        for (String name : List.of("orders", "a.b.c", "\"a.b", ".x", "a.\"b\"c")) {
            assertThatThrownBy(() -> TableName.parse(name)).isInstanceOf(TypeConversionException.class);
        }
    }

    @Test
    void times() {
        assertThat(TimeText.parse("2026-01-31T12:00:00Z")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(TimeText.parse("2026-01-31T13:00:00+01:00")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(TimeText.parse("2026-01-31 12:00:00")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(TimeText.parse("2026-01-31")).isEqualTo(Instant.parse("2026-01-31T00:00:00Z"));
        assertThat(Duration.between(TimeText.parse("2h"), TimeText.parse("60m")))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        assertThatThrownBy(() -> TimeText.parse("yesterday")).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void letters() {
        assertThat(LetterId.parse("17")).isEqualTo(new LetterId(0, 17));
        assertThat(LetterId.parse("2:17").toString()).isEqualTo("2:17");
        assertThatThrownBy(() -> LetterFilter.parse("reason~(")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> LetterFilter.parse("offset=1")).isInstanceOf(TypeConversionException.class);
    }

    @Test
    void csv() throws Exception {
        List<String> records =
                records(new CsvFields(new StringReader("\uFEFFa;b\r\n1;\r\n\r\n\"x;\"\"y\"\"\nz\";\"\"\n2\n3;4"), ';'));
        assertThat(records)
                .containsExactly(
                        "2 {a=1, b=null}",
                        "4 {a=x;\"y\"\nz, b=}",
                        "6 it has 1 fields, the first line 2",
                        "7 {a=3, b=4}");
        assertThatThrownBy(() -> records(new CsvFields(new StringReader("a\n\"x"), ',')))
                .isInstanceOf(FieldSource.Unreadable.class);
    }

    @Test
    void json() throws Exception {
        assertThat(records(
                        new JsonFields(new StringReader("[{\"a\": 1.50, \"b\": null},\n {\"c\": {\"d\": [1, 2]}}]"))))
                .containsExactly("1 {a=1.50, b=null}", "2 {c={\"d\":[1,2]}}");
        assertThat(records(new JsonFields(new StringReader("{\"a\": true}\n7\n{\"a\": 1, \"a\": 2}\n"))))
                .containsExactly("1 {a=true}", "2 expected an object", "3 the field a occurs twice");
        assertThatThrownBy(() -> records(new JsonFields(new StringReader("{\"a\": secret}"))))
                .isInstanceOf(FieldSource.Unreadable.class)
                .hasMessageNotContaining("secret");
    }

    private static List<String> records(FieldSource source) throws Exception {
        List<String> records = new ArrayList<>();
        for (FieldSource.Fields record = source.next(); record != null; record = source.next()) {
            records.add(record.line() + " " + (record.problem() == null ? record.fields() : record.problem()));
        }
        return records;
    }
}
