package dev.duet.cli;

import dev.duet.change.Names;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/** Columns on the command line: {@code id,"part two"}, in the grammar of {@link Names}. */
record ColumnNames(List<String> names) {
    static ColumnNames parse(String text) {
        try {
            return new ColumnNames(Names.list(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The names of an option that may be repeated. */
    static List<String> all(List<ColumnNames> lists) {
        return lists.stream().flatMap(list -> list.names().stream()).toList();
    }
}
