package dev.duet.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duet.EmbeddedStack;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Guarantee: the hash is the one that PostgreSQL computes. */
class TextHashTest {
    @Test
    void equalsTheServers() throws Exception {
        List<String> texts = new ArrayList<>(List.of("", "-", "a", "ü ☃ 😀", "0", "1234567890123"));
        Random random = new Random(3);
        for (int i = 0; i < 5000; i++) {
            int length = i < 200 ? i : random.nextInt(60);
            texts.add(random.ints(length, 1, i % 3 == 0 ? 0xd7ff : 127)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
        }
        EmbeddedStack stack = EmbeddedStack.shared();
        try (Connection connection = stack.connect("postgres", "postgres");
                PreparedStatement query = connection.prepareStatement("select hashtextextended(t collate \"C\", 0)"
                        + " from unnest(?::text[]) with ordinality as u(t, o) order by o")) {
            Array array = connection.createArrayOf("text", texts.toArray());
            query.setArray(1, array);
            ResultSet rows = query.executeQuery();
            for (String text : texts) {
                assertThat(rows.next()).isTrue();
                assertThat(TextHash.of(text)).as("%d characters", text.length()).isEqualTo(rows.getLong(1));
            }
        }
    }
}
