package dev.duet.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableSchema;
import dev.duet.postgres.SourceLook.Altered;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which alterations of a source are seen in the next look of its rows. */
class SourceLookTest {
    private static final Column ID = new Column("id", new ColumnType.Int32());
    private static final Column CENTS = new Column("cents", new ColumnType.Int32());
    private static final Column NOTE = new Column("note", new ColumnType.Text(0));
    private static final Column BIG = new Column("cents", new ColumnType.Int64());

    private SourceLook look = new SourceLook(Map.of());

    private List<Altered> see(long lsn, Column... columns) {
        TableSchema schema = Source.schema("t", 1, columns);
        List<Altered> altered = look.altered(schema, lsn);
        Map<String, SourceLook.Place> now = new HashMap<>(look.columns());
        now.putAll(look.next(schema, lsn));
        look = new SourceLook(now);
        return altered;
    }

    @Test
    void aTypeThatIsAnotherNow() {
        assertThat(see(1, ID, CENTS, NOTE)).isEmpty();
        assertThat(see(2, ID, CENTS, NOTE)).isEmpty();
        assertThat(see(3, ID, BIG, NOTE)).containsExactly(new Altered("cents", "integer became bigint"));
        assertThat(see(4, ID, BIG, NOTE)).as("once").isEmpty();
        assertThat(see(5, ID, CENTS, NOTE)).as("narrower").hasSize(1);
        assertThat(see(6, ID, BIG, NOTE)).as("as it was once").hasSize(1);
    }

    @Test
    void aColumnThatWasMadeAgain() {
        see(1, ID, CENTS, NOTE);
        assertThat(see(2, ID, NOTE, CENTS))
                .as("in one statement")
                .containsExactly(new Altered("cents", "dropped and added again"));
        assertThat(see(3, ID, NOTE)).as("dropped").isEmpty();
        assertThat(see(4, ID, NOTE, CENTS)).containsExactly(new Altered("cents", "dropped and added again"));
        assertThat(see(5, ID, NOTE, CENTS)).isEmpty();
    }

    @Test
    void othersAreNotConcerned() {
        see(1, ID, NOTE);
        assertThat(see(2, ID, NOTE, CENTS)).as("a new column").isEmpty();
        assertThat(see(3, ID, CENTS)).as("a column before it dropped").isEmpty();
        assertThat(see(2, ID, NOTE, BIG))
                .as("a change from before, of another partition")
                .isEmpty();
        assertThat(see(4, ID, CENTS)).isEmpty();
    }
}
