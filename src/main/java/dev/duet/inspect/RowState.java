package dev.duet.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as it was when it was looked at.
 *
 * @param hash of its compared columns
 * @param version changes whenever the row is written, even with the values that it had
 * @param columns the compared columns in their order: hashes, or values as text if they were asked for; null for SQL's null
 */
public record RowState(long hash, String version, List<@Nullable String> columns) {}
