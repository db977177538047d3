package dev.duet.postgres;

import dev.duet.change.TableId;
import dev.duet.change.TableSettings;
import dev.duet.postgres.PostgresConfig.Mode;

/** What is kept of which table: {@code duet.postgres.modes}, else {@code duet.postgres.mode}. */
final class Modes {
    private final Mode others;
    private final TableSettings<Mode> some;

    /** @throws IllegalArgumentException if a table's name can't be used; names the key */
    Modes(PostgresConfig config) {
        this.others = config.mode();
        this.some = TableSettings.of("duet.postgres.modes", config.modes());
    }

    Mode of(TableId source) {
        return some.of(source).findFirst().orElse(others);
    }
}
