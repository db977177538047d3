package dev.duet.verify;

import dev.duet.inspect.HashedTable;
import dev.duet.inspect.KeyHash;
import dev.duet.inspect.RowKey;
import java.util.List;

/** Reads keys and hashes of a whole table, page by page in its own key's order. */
final class Pages {
    private Pages() {}

    /** Returns how many rows there were. */
    static long copy(HashedTable table, PartFiles to, VerifyOptions options, String what, Progress progress) {
        long all = table.estimate();
        long rows = 0;
        RowKey after = null;
        List<KeyHash> page;
        do {
            page = table.rows(after, null, VerifyOptions.PAGE);
            page.forEach(to::add);
            rows += page.size();
            progress.at(what, rows, all);
            if (!page.isEmpty()) {
                after = page.getLast().key();
            }
            Barrier.pause(options.pause());
        } while (page.size() == VerifyOptions.PAGE);
        return rows;
    }
}
