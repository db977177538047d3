package dev.duet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of docs/types.md says what {@link TypesIT} tries; what it should be is in target/types-table.md. */
class TypesDocTest {
    private static final String BEGIN = "<!-- types: begin -->\n";
    private static final String END = "<!-- types: end -->";

    @Test
    void theTableIsThatOfTheTest() throws Exception {
        String expected = TypeCases.all().stream()
                .map(of -> "| `" + of.type() + "` | " + of.wire() + " | `" + of.mirror() + "` | `" + of.delta() + "` | "
                        + of.lost() + " |")
                .collect(Collectors.joining(
                        "\n", "| source | Debezium sends | mirror | Delta | lost |\n|---|---|---|---|---|\n", "\n"));
        Path root = Path.of(System.getProperty("duet.basedir", ".")).toAbsolutePath();
        Files.writeString(root.resolve("target/types-table.md"), expected);
        String page = Files.readString(root.resolve("docs/types.md"));
        assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)))
                .isEqualTo(expected);
    }
}
