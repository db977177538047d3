package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.change.TablePattern;
import dev.duet.postgres.PostgresConfig.Mode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What is kept of which table: {@code duet.postgres.modes}, else {@code duet.postgres.mode}. */
final class Modes {
    private final Mode others;
    private final List<Some> some = new ArrayList<>();

    private record Some(TablePattern tables, Mode mode) {}

    /** @throws IllegalArgumentException if a table's name can't be used; names the key */
    Modes(PostgresConfig config) {
        this.others = config.mode();
        config.modes().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder())))
                .forEach(entry -> some.add(new Some(pattern(entry.getKey()), entry.getValue())));
    }

    private static TablePattern pattern(String name) {
        try {
            return TablePattern.of(List.of(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("duet.postgres.modes.\"" + name + "\": " + e.getMessage());
        }
    }

    /** Of the names that match a table the longest counts. */
    Mode of(TableId source) {
        for (Some one : some) {
            if (one.tables().matches(source)) {
                return one.mode();
            }
        }
        return others;
    }
}
