package dev.duet.inspect;

import dev.duet.order.KeyChanges;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a change log in brief.
 *
 * @param op as Debezium names it: c, u, r, d, t
 * @param key null for a truncate
 * @param partition a number for the topic-partition, the same for all of one
 * @param late whether it is a dead letter that was sent again
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
        boolean late,
        long rest,
        boolean known,
        List<@Nullable String> separate)
        implements KeyChanges.Change {
    @Override
    public boolean isRead() {
        return op.equals("r");
    }

    @Override
    public boolean isDelete() {
        return op.equals("d");
    }

    /** Whether it is a truncate, which has no key. */
    public boolean isTruncate() {
        return op.equals("t");
    }

    @Override
    public boolean bringsAllOf(KeyChanges.Change other) {
        if (isDelete()) {
            return true;
        }
        LoggedChange before = (LoggedChange) other;
        if (other.isDelete() ? !known : before.known && !known) {
            return false;
        }
        for (int i = 0; i < separate.size(); i++) {
            if (separate.get(i) == null && (other.isDelete() || before.separate.get(i) != null)) {
                return false;
            }
        }
        return true;
    }
}
