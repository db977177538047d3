package dev.duet.inspect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a change log in brief.
 *
 * @param op as Debezium names it: c, u, r, d, t
 * @param key null for a truncate
 * @param partition a number for the topic-partition, the same for all of one
 * @param rest the hash of the columns that are not separate; undefined for d and t
 * @param known whether {@code rest} could be hashed: not if an update left out a column that is not separate
 * @param separate the hashes of the separate columns, {@link TextHash#NULL} for null; null where the change left one alone
 */
public record LoggedChange(
        String op,
        @Nullable RowKey key,
        int partition,
        long offset,
        long lsn,
        long tsMillis,
        long rest,
        boolean known,
        List<@Nullable String> separate) {}
