package dev.duet.change;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Settings by source table: of the names that match a table ({@link TablePattern}) the longest counts most.
 *
 * @param <T> what is set
 */
public final class TableSettings<T> {
    private record Some<T>(TablePattern tables, T setting) {}

    private final List<Some<T>> some;

    private TableSettings(List<Some<T>> some) {
        this.some = some;
    }

    /**
     * @param key the configuration's key that holds the names
     * @throws IllegalArgumentException if a name can't be used; names the key
     */
    public static <T> TableSettings<T> of(String key, Map<String, T> settings) {
        return new TableSettings<>(settings.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder())))
                .map(entry -> new Some<>(pattern(key, entry.getKey()), entry.getValue()))
                .toList());
    }

    private static TablePattern pattern(String key, String name) {
        try {
            return TablePattern.of(List.of(name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ".\"" + name + "\": " + e.getMessage());
        }
    }

    /** What is set for this table, what counts most first. */
    public Stream<T> of(TableId source) {
        return some.stream().filter(one -> one.tables().matches(source)).map(Some::setting);
    }
}
