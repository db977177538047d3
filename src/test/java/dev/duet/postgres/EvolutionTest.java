package dev.duet.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.postgres.Catalog.CatalogColumn;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is decided about a target when its source has changed. */
class EvolutionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            integer                        | bigint                         | bigint
            smallint                       | integer                        | integer
            integer                        | numeric                        | numeric
            character varying(10)          | text                           | text
            character varying(10)          | character varying(20)          | character varying(20)
            character(4)                   | character varying(10)          | character varying(10)
            numeric(10,2)                  | numeric(12,4)                  | numeric(12,4)
            numeric(10,2)                  | numeric(8,4)                   | numeric(12,4)
            numeric(10,2)                  | numeric                        | numeric
            real                           | double precision               | double precision
            timestamp(3) without time zone | timestamp(6) without time zone | timestamp(6) without time zone
            bigint                         | integer                        | -
            text                           | character varying(10)          | -
            integer                        | integer                        | -
            integer                        | text                           | -
            integer                        | numeric(10,2)                  | -
            text                           | integer                        | -
            json                           | jsonb                          | -
            numeric(1000,0)                | numeric(10,2)                  | -
            """)
    void aTypeIsOnlyMadeWider(String target, String source, String wider) {
        assertThat(Evolution.wider(type(target), type(source)).map(ColumnBinding::sqlType))
                .isEqualTo(wider.equals("-") ? Optional.empty() : Optional.of(wider));
    }

    private static ColumnType type(String name) {
        return CatalogTypes.parse(name).orElseThrow();
    }

    @Test
    void thePolicyDecidesAboutEachKind() {
        Column added = new Column("b", new ColumnType.Text(0));
        TableSchema schema =
                Source.schema("t", 1, new Column("id", new ColumnType.Int64()), added, new Column("odd", type("text")));
        Catalog found = new Catalog(
                List.of(
                        column("id", "integer"),
                        new CatalogColumn("odd", "int4range", null, false, false),
                        column("own", "text")),
                List.of("id"),
                "t_pkey");
        Evolution.Step add = new Evolution.Step.Add(added);
        Evolution.Step widen = new Evolution.Step.Widen("id", new ColumnType.Int64());
        assertThat(Evolution.of(schema, found, SchemaPolicy.DEFAULT)).containsExactly(widen, add);
        assertThat(Evolution.of(schema, found, new SchemaPolicy(false, true, true, true)))
                .containsExactly(widen);
        assertThat(Evolution.of(schema, found, new SchemaPolicy(true, false, true, true)))
                .containsExactly(add);
    }

    private static CatalogColumn column(String name, String type) {
        return new CatalogColumn(name, type, type(type), false, false);
    }

    @Test
    void onlyWhatComesAfterADropIsNulled() {
        Catalog found = new Catalog(
                List.of(
                        column("id", "bigint"),
                        column("gone", "text"),
                        column("own", "text"),
                        column("wide", "bigint")),
                List.of("id"),
                "t_pkey");
        SourceColumns columns = new SourceColumns(
                found,
                Map.of(
                        "id", new SourceColumns.Seen(10, "bigint", 10),
                        "gone", new SourceColumns.Seen(20, "text", 20),
                        "wide", new SourceColumns.Seen(10, "bigint", 30)),
                List.of());
        TableSchema schema = Source.schema(
                "t", 1, new Column("id", new ColumnType.Int64()), new Column("wide", new ColumnType.Int32()));
        List<Departure> departures = columns.departures(schema);
        assertThat(departures)
                .containsExactly(
                        new Departure(Departure.Kind.DROPPED, "gone", "text", false, 20),
                        new Departure(Departure.Kind.NARROWED, "wide", "bigint", false, 30));
        assertThat(departures.getFirst().isNulledAt(20)).isFalse();
        assertThat(departures.getFirst().isNulledAt(21)).isTrue();
        assertThat(departures.getLast().isNulledAt(31)).isFalse();
        TargetName name = new TargetName("app", "t");
        SchemaPolicy strict = new SchemaPolicy(true, true, false, false);
        assertThat(departures).allSatisfy(departure -> {
            assertThat(departure.refusal(schema.table(), name, SchemaPolicy.DEFAULT, 100))
                    .isNull();
            assertThat(departure.refusal(schema.table(), name, strict, 20)).isNull();
            assertThat(departure.refusal(schema.table(), name, strict, 100))
                    .hasMessageContaining("duet.schema-changes.")
                    .hasMessageContaining("=keep");
        });
    }
}
