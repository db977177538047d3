package dev.duet.transform;

import dev.duet.change.Column;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rules so far have made of a table.
 *
 * @param table the name under which the rows go on
 * @param cells the columns
 * @param filters conditions that all must hold
 */
record Shape(TableId table, List<Cell> cells, List<NamedFilter> filters) {
    /** @param key the configuration's key, for messages */
    record NamedFilter(String key, Condition condition) {}

    static Shape of(TableSchema schema) {
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < schema.columns().size(); i++) {
            cells.add(new Cell(
                    schema.columns().get(i), i, null, null, schema.key().indexOf(i)));
        }
        return new Shape(schema.table(), cells, List.of());
    }

    @Nullable
    Cell cell(String name) {
        for (Cell cell : cells) {
            if (cell.column().name().equals(name)) {
                return cell;
            }
        }
        return null;
    }

    List<String> names() {
        return cells.stream().map(cell -> cell.column().name()).toList();
    }

    /** Whether the rows go on as they came. */
    boolean isUnchanged(TableSchema source) {
        if (!table.equals(source.table()) || cells.size() != source.columns().size()) {
            return false;
        }
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (cell.source() != i
                    || cell.step() != null
                    || !cell.column().equals(source.columns().get(i))) {
                return false;
            }
        }
        return true;
    }

    TableSchema schema(TableSchema source) {
        List<Column> columns = cells.stream().map(Cell::column).toList();
        List<Integer> key = new ArrayList<>();
        for (int position = 0; position < source.key().size(); position++) {
            for (int i = 0; i < cells.size(); i++) {
                if (cells.get(i).keyPosition() == position) {
                    key.add(i);
                }
            }
        }
        return new TableSchema(table, source.source(), columns, key);
    }
}
