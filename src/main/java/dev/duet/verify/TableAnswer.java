package dev.duet.verify;

import dev.duet.change.TableId;
import dev.duet.inspect.NotCompared;
import dev.duet.inspect.RowKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one table.
 *
 * @param rows of the mirror; -1 if it was not read to its end
 * @param sourceLsn the source's position that both sinks had passed when the comparison began; null if the source was not asked
 * @param deltaVersion the version that was compared first; -1 if there is no change log
 * @param sourceCompared whether the mirror was compared with the source
 * @param deltaCompared whether the change log was compared with the mirror
 * @param key the names of the key's columns
 * @param differences in no order
 * @param unknown why nothing is known of the table: it can't be read, or the sinks are behind; null if it was compared
 * @param complete whether these are all differences
 * @param tooFast keys of rows that changed each time they were looked at
 */
public record TableAnswer(
        TableId table,
        long rows,
        @Nullable Long sourceLsn,
        long deltaVersion,
        boolean sourceCompared,
        boolean deltaCompared,
        List<String> key,
        List<Difference> differences,
        boolean complete,
        @Nullable String unknown,
        List<RowKey> tooFast,
        List<NotCompared> notCompared) {
    /** The answer in one word. */
    public enum Outcome {
        EQUAL,
        DIFFERENT,
        /** Some rows changed each time they were looked at; the others are equal. */
        UNDECIDED,
        /** Something does not answer, can't be read, or is behind. */
        UNKNOWN,
        NOT_COMPARED
    }

    static TableAnswer unknown(TableId table, String why) {
        return new TableAnswer(
                table, -1, null, -1, false, false, List.of(), List.of(), true, why, List.of(), List.of());
    }

    public Outcome outcome() {
        if (unknown != null) {
            return Outcome.UNKNOWN;
        }
        if (!differences.isEmpty()) {
            return Outcome.DIFFERENT;
        }
        if (!sourceCompared && !deltaCompared) {
            return Outcome.NOT_COMPARED;
        }
        return tooFast.isEmpty() ? Outcome.EQUAL : Outcome.UNDECIDED;
    }
}
