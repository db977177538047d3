package dev.duet.inspect;

import java.util.Set;

/**
 * A column that a change log and a mirror are compared by.
 *
 * @param separate whether an update may have left it out, so that its hash is kept apart from the others'
 * @param asNull the mirror's texts that are null in the log, by configuration
 */
public record LogField(String name, boolean separate, Set<String> asNull) {}
