package dev.duet.inspect;

import dev.duet.change.TableId;
import java.util.List;

/**
 * The change logs in Delta. Reads only. Methods block and must not be called on an event loop; thread-safe.
 *
 * <p>Failures: {@link NotFoundException} if there is no such table or version; {@link dev.duet.inspect.UnreachableException} if the store
 * does not answer. Their messages hold no rows and no secrets.
 */
public interface ChangeLogs {
    /** The tables that this pipeline has made, in alphabetical order. */
    List<TableId> tables();

    LogDescription describe(TableId table, AsOf asOf);

    /**
     * The newest versions, newest first.
     *
     * @param limit how many at most
     */
    List<LogVersion> history(TableId table, int limit);

    /**
     * Rows of a version. Files whose statistics exclude the condition are not read; rows come as they are read, memory is bounded by a
     * batch.
     *
     * @param where a condition over the columns in the grammar of docs/transforms.md's filters, empty for none
     * @param newestFirst whether the newest files come first (for a look at what came last)
     * @throws IllegalArgumentException if the condition can't be understood; says where
     */
    void read(TableId table, AsOf asOf, String where, boolean newestFirst, Rows to);
}
