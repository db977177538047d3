package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import org.junit.jupiter.api.Test;

class ColumnListTest {
    private static final TableId TABLE = new TableId("public", "t");

    @Test
    void readsColumnsAsOneWritesThemInSql() {
        assertThat(ColumnList.parse(
                                TABLE,
                                "id integer, \"Odd, \"\"name\"\"\" VARCHAR(20), price numeric( 10 , 2 ), ratio double precision,"
                                        + " n numeric, at timestamptz, day date")
                        .columns())
                .containsExactly(
                        new Column("id", new ColumnType.Int32()),
                        new Column("Odd, \"name\"", new ColumnType.Text(20)),
                        new Column("price", new ColumnType.Decimal(10, 2)),
                        new Column("ratio", new ColumnType.Float64()),
                        new Column("n", new ColumnType.Numeric()),
                        new Column("at", new ColumnType.TimestampTz(6)),
                        new Column("day", new ColumnType.Date()));
    }

    @Test
    void namesTheKeyAndTheColumnThatItCantRead() {
        assertThatThrownBy(() -> ColumnList.parse(TABLE, "id integer, shape geometry"))
                .hasMessageStartingWith("duet.source.columns.\"public.t\": 'shape geometry' ");
        assertThatThrownBy(() -> ColumnList.parse(TABLE, "id")).hasMessageContaining("'id' is not of the form");
    }
}
