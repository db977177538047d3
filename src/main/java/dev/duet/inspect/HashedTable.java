package dev.duet.inspect;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table in PostgreSQL, seen through hashes that the server computes: its rows stay where they are. Each call is one short statement
 * with a snapshot of its own. Blocks; used by one thread. Ranges are in the order of the primary key's index, their lower end
 * excluded and their upper end included; null stands for no end. Failures: {@link UnreachableException}.
 */
public interface HashedTable {
    /** About how many rows there are, as the server believes. */
    long estimate();

    /** The key of the row so many rows further in a range; null if there are not so many. */
    @Nullable
    RowKey boundary(@Nullable RowKey after, @Nullable RowKey upTo, int rows);

    RangeDigest digest(@Nullable RowKey after, @Nullable RowKey upTo);

    /**
     * The rows of a range in its order.
     *
     * @param limit how many at most
     */
    List<KeyHash> rows(@Nullable RowKey after, @Nullable RowKey upTo, int limit);

    /**
     * Those of these rows that there are.
     *
     * @param values whether the columns' values are wanted, and not their hashes
     */
    Map<RowKey, RowState> find(Collection<RowKey> keys, boolean values);
}
