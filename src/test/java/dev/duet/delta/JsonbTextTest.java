package dev.duet.delta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.EmbeddedStack;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guarantee: a document has the text that PostgreSQL gives it as jsonb. */
class JsonbTextTest {
    private static final List<String> DOCUMENTS = List.of(
            "{}",
            "[]",
            " null ",
            "\"a\"",
            "1e5",
            "-0",
            "1.50",
            "1.5E-7",
            "{\"bb\":1,\"a\":\"x\"}",
            "{\"b\":1,\"a\":2,\"a\":3}",
            "[1,[2, {\"k\" : null}],true,false]",
            "{\"ü\":1,\"zz\":2,\"\":3}",
            "\"q\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\u0001\\ud83d\\ude00\"",
            "{\"a\": {\"ccc\": [], \"dd\": {}}, \"\\\"\": 12345678901234567890.1}");

    @Test
    void equalsTheServers() throws Exception {
        EmbeddedStack stack = EmbeddedStack.shared();
        try (Connection connection = stack.connect("postgres", "postgres");
                PreparedStatement query = connection.prepareStatement("select ?::jsonb::text")) {
            for (String document : DOCUMENTS) {
                query.setString(1, document);
                ResultSet row = query.executeQuery();
                row.next();
                assertThat(JsonbText.of(document)).as(document).isEqualTo(row.getString(1));
            }
        }
        assertThat(JsonbText.of("no json")).isEqualTo("no json");
    }
}
