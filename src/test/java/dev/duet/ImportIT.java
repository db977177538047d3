package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files into a table, through the service: the same file twice changes nothing, in either sink. */
class ImportIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TABLE = "public.prices";

    private final EmbeddedStack stack = EmbeddedStack.shared();

    @TempDir
    Path folder;

    @Test
    void filesOfAllFormatsAreWrittenOnce() throws Exception {
        String database = stack.freshDatabase("importing");
        Map<String, String> settings =
                ServiceProcess.settings(stack, "importing", database, "s3a://" + stack.s3Bucket() + "/importing");
        settings.put("duet.source.topics", "importing.public.other");
        settings.put("duet.source.imports", "true");
        try (Connection connection = stack.connect(database, "duet");
                var sql = connection.createStatement()) {
            sql.execute("create table public.prices (id integer primary key, day date, price numeric(10,2),"
                    + " at timestamptz, name varchar(20), open boolean, note jsonb, mark bytea,"
                    + " __lsn bigint not null default 0, __source_ts_ms bigint)");
            Path csv = file("a.csv", """
                    id,day,price,at,name,open,note,mark
                    1,2026-01-31,1.5,2026-01-31 12:00:00+00,"a ""b"", c",true,"{""x"": 1}",\\x01ff
                    2,,,,"",false,,
                    3,2026-02-01,-0.25,2026-02-01T13:00:00+01:00,"two
                    lines",,,AQI=
                    """);
            try (ServiceProcess service = ServiceProcess.start(settings).awaitStarted()) {
                assertThat(imported(settings, csv)).isEqualTo("3+0");
                var rows = sql.executeQuery(
                        "select string_agg(concat_ws('|', id, day, price, at at time zone 'UTC', name, open,"
                                + " note, mark), ';' order by id) from public.prices");
                rows.next();
                assertThat(rows.getString(1))
                        .isEqualTo("1|2026-01-31|1.50|2026-01-31 12:00:00|a \"b\", c|t|{\"x\": 1}|\\x01ff;2||f;"
                                + "3|2026-02-01|-0.25|2026-02-01 12:00:00|two\nlines|\\x0102");
                long version = version(settings);
                assertThat(imported(settings, csv)).isEqualTo("0+3");
                assertThat(version(settings)).isEqualTo(version);
                Path ndjson = file("b.ndjson", """
                        {"id": 1, "day": "2026-01-31", "price": 2.5, "name": "new", "open": true, "note": {"x": [1, 2]}}
                        {"id": 4, "price": 7}
                        """);
                assertThat(imported(settings, ndjson)).isEqualTo("2+0");
                assertThat(imported(settings, ndjson)).isEqualTo("0+2");
                Path json = file("c.json", "[{\"id\": 4, \"price\": 7.00},\n {\"id\": 5, \"price\": \"8\"}]");
                assertThat(imported(settings, json)).isEqualTo("1+1");
                badRowsAreNamed(settings);
                rows = sql.executeQuery("select count(*), sum(price) from public.prices");
                rows.next();
                assertThat(rows.getLong(1)).isEqualTo(5);
                assertThat(rows.getString(2)).isEqualTo("17.25");
                assertThat(CommandRun.expecting(0, settings, "read", TABLE, "-o", "json")
                                .lines())
                        .as("each row that was sent, once")
                        .hasSize(6);
                assertThat(CommandRun.expecting(0, settings, "read", TABLE, "--current", "-o", "json")
                                .lines())
                        .hasSize(5);
                assertThat(service.health("ready")).isEqualTo(200);
                sql.execute("update public.prices set __lsn = 5 where id = 5");
                CommandRun.expecting(4, settings, "import", json.toString(), "--table", TABLE, "--yes");
            }
        }
    }

    private void badRowsAreNamed(Map<String, String> settings) throws Exception {
        Path bad = file("bad.ndjson", """
                {"id": 10, "price": 1}
                {"id": 11, "price": "secret-4711"}
                {"id": 12, "colour": 1}
                {"id": 10, "price": 2}
                {"price": 2}
                """);
        CommandRun run = CommandRun.expecting(1, settings, "import", bad.toString(), "--table", TABLE, "--yes");
        assertThat(run.out())
                .contains(
                        ":2: the column price",
                        ":3: the table has no column colour",
                        ":4: its key",
                        ":5: the column id")
                .contains("4 bad rows of 5")
                .doesNotContain("4711");
        CommandRun.expecting(
                1, settings, "import", file("d.json", "[{\"id\": 1").toString(), "--table", TABLE, "--yes");
        CommandRun.expecting(2, settings, "import", file("d.txt", "").toString(), "--table", TABLE, "--yes");
        CommandRun.expecting(2, settings, "import", bad.toString(), "--table", "public.nothing", "--yes");
    }

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String imported(Map<String, String> settings, Path file) throws Exception {
        JsonNode answer = JSON.readTree(
                CommandRun.expecting(0, settings, "import", file.toString(), "--table", TABLE, "--yes", "-o", "json")
                        .out());
        return answer.get("written").asLong() + "+" + answer.get("unchanged").asLong();
    }

    private static long version(Map<String, String> settings) throws Exception {
        return JSON.readTree(CommandRun.expecting(0, settings, "describe", TABLE, "-o", "json")
                        .out())
                .get("version")
                .asLong();
    }
}
