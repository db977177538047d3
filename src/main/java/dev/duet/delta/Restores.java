package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.delivery.TableStoppedException;
import io.delta.kernel.Snapshot;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds a RESTORE by another engine that took away rows of Duet's. It can't be told from the positions: Delta's own RESTORE sets back
 * files, schema and properties, and leaves domain metadata as they are.
 *
 * <p>It costs one request when a table is loaded and Duet wrote its last version, one more for each version that others wrote after it.
 */
final class Restores {
    /** A table property that names the version of a RESTORE whose loss an operator accepts. */
    static final String ACCEPTED = "duet.accepted-restore";

    private static final String NOT_ESCAPED = "(?<!\\\\)";
    private static final Pattern OPERATION = Pattern.compile(NOT_ESCAPED + "\"operation\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern ENGINE = Pattern.compile(NOT_ESCAPED + "\"engineInfo\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern TARGET = Pattern.compile(NOT_ESCAPED + "\"version\"\\s*:\\s*\"?(\\d+)");

    private final TableId table;
    private final String path;
    private final TableFileIO io;

    Restores(TableId table, String path, TableFileIO io) {
        this.table = table;
        this.path = path;
        this.io = io;
    }

    /**
     * What a version says of itself.
     *
     * @param target the version that was restored; empty if it names none (a RESTORE by timestamp)
     */
    private record Commit(boolean byDuet, boolean restore, OptionalLong target) {}

    /**
     * Looks at the versions after Duet's last one. A RESTORE to that one or a later one takes nothing of Duet's away.
     *
     * @param known a version of Duet's that is known to be in the table, -1 if none is
     * @return the last version that Duet wrote, -1 if that can't be told (the log is expired up to there)
     * @throws TableStoppedException if rows of Duet's are gone
     */
    long check(Snapshot loaded, long known) throws IOException {
        Map<Long, Commit> others = new HashMap<>();
        long last = loaded.getVersion();
        while (last > known) {
            Commit commit;
            try {
                commit = read(last);
            } catch (FileNotFoundException expired) {
                last = -1;
                break;
            }
            if (commit.byDuet()) {
                break;
            }
            others.put(last, commit);
            last--;
        }
        String accepted = loaded.getTableProperties().getOrDefault(ACCEPTED, "");
        long version = loaded.getVersion();
        for (Commit at = others.get(version); at != null; at = others.get(version)) {
            if (!at.restore() || accepted.equals(Long.toString(version))) {
                version--;
                continue;
            }
            long target = at.target().orElse(-1);
            if (target < last) {
                throw lost(version, at.target(), last);
            }
            version = target;
        }
        return last;
    }

    private Commit read(long version) throws IOException {
        for (String line : new String(io.read(file(path, version)), StandardCharsets.UTF_8).split("\n")) {
            if (line.startsWith("{\"commitInfo\"")) {
                Matcher target = TARGET.matcher(line);
                return new Commit(
                        value(ENGINE, line).contains("/duet/"),
                        value(OPERATION, line).equals("RESTORE"),
                        target.find() ? OptionalLong.of(Long.parseLong(target.group(1))) : OptionalLong.empty());
            }
        }
        return new Commit(false, false, OptionalLong.empty());
    }

    /** The file of a version in a table's log. */
    static String file(String path, long version) {
        return "%s/_delta_log/%020d.json".formatted(path, version);
    }

    private static String value(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }

    private TableStoppedException lost(long version, OptionalLong target, long last) {
        String to = target.isPresent() ? "version " + target.getAsLong() : "an earlier time";
        return new TableStoppedException(
                table,
                "Delta table " + table + " at " + path + ": version " + version + " is a RESTORE to " + to
                        + " by another engine. It took away rows that Duet wrote up to version " + last
                        + ", but not Duet's positions, so they would not come again. Nothing was written. To have the rows"
                        + " again: RESTORE TABLE delta.`" + path + "` TO VERSION AS OF " + (version - 1)
                        + ". To go on without them: ALTER TABLE delta.`" + path + "` SET TBLPROPERTIES ('" + ACCEPTED
                        + "' = '" + version + "').");
    }
}
