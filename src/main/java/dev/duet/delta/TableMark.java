package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.delivery.TableStoppedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An object outside of the table's folder that says that this pipeline has a table there. With it a folder that somebody deleted can be
 * told from a table that never was: a new table would begin in the middle of the topic, without the rows that the deleted one held.
 *
 * <p>Set after the table exists, so that a crash in between only delays it. Costs one request for each table in the life of a process.
 */
final class TableMark {
    private static final String FOLDER = "/_duet_tables/";

    private final TableId table;
    private final String pipeline;
    private final String path;
    private final String mark;
    private final TableFileIO io;
    private boolean set;

    /** @param root the store's root, which the table's path begins with */
    TableMark(TableId table, String pipeline, String root, String path, TableFileIO io) {
        this.table = table;
        this.pipeline = pipeline;
        this.path = path;
        this.mark = root + FOLDER + TablePaths.segment(pipeline) + path.substring(root.length());
        this.io = io;
    }

    /**
     * The tables that a pipeline has made.
     *
     * @param root the store's root
     */
    static List<TableId> of(String pipeline, String root, TablePaths paths, TableFileIO io) throws IOException {
        String folder = root + FOLDER + TablePaths.segment(pipeline);
        List<TableId> tables = new ArrayList<>();
        for (String mark : io.below(folder)) {
            String name = new String(io.read(mark), StandardCharsets.UTF_8).strip();
            String path = root + mark.substring(folder.length());
            // A name may hold dots, but only one reading of it has this path.
            for (int dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
                TableId table = new TableId(name.substring(0, dot), name.substring(dot + 1));
                if (paths.of(table).equals(path)) {
                    tables.add(table);
                    break;
                }
            }
        }
        tables.sort(Comparator.comparing(TableId::toString));
        return tables;
    }

    void set() throws IOException {
        if (set) {
            return;
        }
        byte[] text = (table + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            io.create(mark, new TableFileIO.Body(text, text.length));
        } catch (FileAlreadyExistsException otherText) {
            // It is there, which is all that counts.
        }
        set = true;
    }

    /** Whether the table has existed. */
    boolean isSet() throws IOException {
        try {
            byte[] ignored = io.read(mark);
            return true;
        } catch (FileNotFoundException never) {
            set = false; // or deleted by the operator: the new table needs its own
            return false;
        }
    }

    /** What stops a table that has existed and does not. */
    TableStoppedException gone() {
        return new TableStoppedException(
                table,
                "Delta table " + table + " at " + path
                        + " was there and is gone: its folder was deleted. A new one would"
                        + " begin in the middle of the topic, so nothing was written. Put the folder back; or let Duet fill"
                        + " a new table, in this order: stop Duet; update duet.position set delivered_next = 0 where"
                        + " pipeline = '" + pipeline.replace("'", "''")
                        + "' and topic = ... (the table's topic; 0 or the"
                        + " first offset that Kafka has); delete " + mark
                        + "; start Duet. To go on without the rows that"
                        + " were there, only delete " + mark + ".");
    }
}
