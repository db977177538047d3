package dev.duet.inspect;

import dev.duet.change.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The source's tables and their mirrors, made comparable. Blocks; used by one thread. Failures: {@link UnreachableException}. */
public interface ComparedTables extends SinkProgress, AutoCloseable {
    /** The source tables that this pipeline has a target of, in alphabetical order. */
    List<TableId> tables();

    /**
     * The columns of a table's mirror; empty if it has none (it has a trail alone).
     *
     * @throws NotFoundException if this pipeline knows no such table
     */
    List<MirrorColumn> mirror(TableId table);

    /** The source, if there is an address of it. */
    Optional<SourceServer> source();

    /**
     * A table in the source and its mirror.
     *
     * @throws NotFoundException if the source has no such table, or one that can't be compared; says why
     */
    TablePair pair(TableId table);

    /** The mirror alone, hashed as its change log is. */
    HashedTable mirror(TableId table, List<LogField> fields);

    /** The source's table, hashed as its change log is; empty if one of these columns can't be compared there. */
    Optional<HashedTable> source(TableId table, List<LogField> fields);

    /** How much the source's clock may go back, as the mirror takes it. */
    Duration clockTolerance();

    @Override
    void close();
}
