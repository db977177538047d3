package dev.duet.inspect;

/**
 * A column of a change log.
 *
 * @param type Delta's own name of the type, such as {@code decimal(10,2)}
 * @param added whether Duet has added it to the source's columns
 */
public record LogColumn(String name, String type, boolean nullable, boolean added) {}
