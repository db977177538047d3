package dev.duet.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The columns that a key's fields in Avro are. */
class AvroNamesTest {
    @Test
    void aKeysFieldIsTheColumnThatItsNameComesFrom() {
        List<String> columns = List.of("id", "part two", "order-id", "Größe", "1st");
        assertThat(AvroNames.columnOf("id", columns)).isZero();
        assertThat(AvroNames.columnOf("part_two", columns)).isEqualTo(1);
        assertThat(AvroNames.columnOf("order_id", columns)).isEqualTo(2);
        assertThat(AvroNames.columnOf("Gr__e", columns)).isEqualTo(3);
        assertThat(AvroNames.columnOf("part_u0020two", columns))
                .as("avro_unicode")
                .isEqualTo(1);
        assertThat(AvroNames.columnOf("_1st", columns)).isEqualTo(4);
        assertThat(AvroNames.columnOf("other", columns)).isEqualTo(-1);
        assertThat(AvroNames.columnOf("a_b", List.of("a b", "a-b")))
                .as("either")
                .isEqualTo(-1);
        assertThat(AvroNames.columnOf("a_b", List.of("a b", "a_b")))
                .as("as it is")
                .isEqualTo(1);
    }
}
