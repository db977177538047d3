package dev.duet.inspect;

import dev.duet.change.TableId;
import java.util.List;

/**
 * The change logs in Delta. Reads only. Methods block and must not be called on an event loop; thread-safe.
 *
 * <p>A table is named as its rows go on: the source's name, unless it is routed elsewhere.
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
     * file.
     *
     * @param where a condition over the columns in the grammar of docs/transforms.md's filters, empty for none
     * @param newestFirst whether the newest files come first, each from its end (for a look at what came last)
     * @throws IllegalArgumentException if the condition can't be understood; says where
     */
    void read(TableId table, AsOf asOf, String where, boolean newestFirst, Rows to);

    /**
     * The source's rows as they were at a version: the newest change of each key, with the values that it left alone taken from the change
     * before, without the keys that were deleted or truncated. The log is read as often as it takes to keep the memory bounded; nothing is
     * written to a disk.
     *
     * @param key the names of the primary key's columns
     * @param where as {@link #read}'s, over the source's columns
     * @return how many of the rows have a value that the log does not hold (it began behind it); it is null there
     */
    long current(TableId table, AsOf asOf, List<String> key, String where, Rows to);
}
