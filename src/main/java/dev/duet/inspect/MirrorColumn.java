package dev.duet.inspect;

/**
 * A column of a mirror, without Duet's own.
 *
 * @param type as {@code format_type} writes it
 * @param keyPlace its place in the primary key from 0; -1 if it is not part of it
 * @param addedLate whether rows have a default that no event told
 */
public record MirrorColumn(String name, String type, int keyPlace, boolean addedLate) {}
