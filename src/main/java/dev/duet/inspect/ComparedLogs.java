package dev.duet.inspect;

import dev.duet.change.TableId;
import java.util.List;

/** The change logs in Delta, made comparable with mirrors. Blocks. */
public interface ComparedLogs {
    /**
     * The log of a table at its newest version.
     *
     * @param table under the name that its path is made of
     * @param mirror the columns of the mirror
     */
    LogAt open(TableId table, List<MirrorColumn> mirror);
}
