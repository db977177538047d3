package dev.duet.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Names with everything in them that PostgreSQL allows. */
class NamesTest {
    @Test
    void lists() {
        assertThat(Names.list("id")).containsExactly("id");
        assertThat(Names.list("Id,part two,ünï")).containsExactly("Id", "part two", "ünï");
        assertThat(Names.list("\"Id\",\"a,b\",\"q\"\"x\",\"q'x.y\"")).containsExactly("Id", "a,b", "q\"x", "q'x.y");
        for (String text : List.of("", "a,", ",a", "\"a", "\"a\"b", "a\"b", "\"\"", "\"a\"\"")) {
            assertThatThrownBy(() -> Names.list(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tables() {
        TableId odd = new TableId("Odd Schema", "T.x \"y\" z");
        assertThat(Names.table("\"Odd Schema\".\"T.x \"\"y\"\" z\"")).isEqualTo(odd);
        assertThat(Names.table(Names.of(odd))).isEqualTo(odd);
        assertThat(Names.table("\"public\".Orders")).isEqualTo(new TableId("public", "Orders"));
        for (String text : List.of("orders", "a.b.c", ".x", "a.", "\"a.b", "a.\"b\"c", "a.b\"")) {
            assertThatThrownBy(() -> Names.table(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("schema.table");
        }
    }
}
