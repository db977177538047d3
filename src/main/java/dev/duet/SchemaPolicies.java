package dev.duet;

import dev.duet.SchemaChangesConfig.Change;
import dev.duet.SchemaChangesConfig.OfTables;
import dev.duet.SchemaChangesConfig.Remains;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TableSettings;
import java.util.Optional;
import java.util.function.Function;

/** {@code duet.schema-changes} as the sinks ask for it. */
final class SchemaPolicies implements SchemaPolicy.ByTable {
    private final SchemaChangesConfig all;
    private final TableSettings<OfTables> some;

    /** @throws IllegalArgumentException if a table's name can't be used; names the key */
    SchemaPolicies(SchemaChangesConfig config) {
        this.all = config;
        this.some = TableSettings.of("duet.schema-changes.tables", config.tables());
    }

    @Override
    public SchemaPolicy of(TableId source) {
        return new SchemaPolicy(
                setting(source, OfTables::addColumn, all.addColumn()) == Change.APPLY,
                setting(source, OfTables::widenColumn, all.widenColumn()) == Change.APPLY,
                setting(source, OfTables::dropColumn, all.dropColumn()) == Remains.KEEP,
                setting(source, OfTables::narrowColumn, all.narrowColumn()) == Remains.KEEP);
    }

    private <T> T setting(TableId source, Function<OfTables, Optional<T>> key, T otherwise) {
        return some.of(source)
                .flatMap(settings -> key.apply(settings).stream())
                .findFirst()
                .orElse(otherwise);
    }
}
