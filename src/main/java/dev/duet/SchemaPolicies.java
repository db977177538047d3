package dev.duet;

import dev.duet.SchemaChangesConfig.Change;
import dev.duet.SchemaChangesConfig.OfTables;
import dev.duet.SchemaChangesConfig.Remains;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableId;
import dev.duet.change.TablePattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code duet.schema-changes} as the sinks ask for it. */
final class SchemaPolicies implements SchemaPolicy.ByTable {
    private final SchemaChangesConfig all;
    private final List<Some> some = new ArrayList<>();

    private record Some(TablePattern tables, OfTables settings) {}

    /** @throws IllegalArgumentException if a table's name can't be used; names the key */
    SchemaPolicies(SchemaChangesConfig config) {
        this.all = config;
        config.tables().entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder())))
                .forEach(entry -> some.add(new Some(pattern(entry.getKey()), entry.getValue())));
    }

    private static TablePattern pattern(String name) {
        try {
            return TablePattern.of(List.of(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("duet.schema-changes.tables.\"" + name + "\": " + e.getMessage());
        }
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
        return some.stream()
                .filter(one -> one.tables().matches(source))
                .flatMap(one -> key.apply(one.settings()).stream())
                .findFirst()
                .orElse(otherwise);
    }
}
