package dev.duet.cli;

import dev.duet.change.Names;
import dev.duet.change.TableId;
import picocli.CommandLine.TypeConversionException;

/** A table's name on the command line, in the grammar of {@link Names}. */
final class TableName {
    private TableName() {}

    static TableId parse(String text) {
        try {
            return Names.table(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The name as {@link #parse} reads it. */
    static String of(TableId table) {
        return Names.of(table);
    }
}
