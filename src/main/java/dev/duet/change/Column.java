package dev.duet.change;

/**
 * A column of a source table.
 *
 * @param name the source's name, unquoted, case kept
 * @param type the type of its values
 */
public record Column(String name, ColumnType type) {}
