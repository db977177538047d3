package dev.duet.inspect;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a change log.
 *
 * @param operation as the commit names it, such as {@code WRITE}
 * @param engine who committed, such as {@code duet}; null if the commit does not say
 * @param rowsAdded by the statistics of the files; -1 if one has none
 * @param schemaChanged whether the commit carries a new schema or new properties
 * @param positions the first offset that the log has not got, by {@code topic-partition}, as this commit set them
 */
public record LogVersion(
        long version,
        Instant committedAt,
        String operation,
        @Nullable String engine,
        long filesAdded,
        long filesRemoved,
        long rowsAdded,
        long bytesAdded,
        boolean schemaChanged,
        Map<String, Long> positions) {}
