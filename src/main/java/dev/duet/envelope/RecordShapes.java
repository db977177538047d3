package dev.duet.envelope;

import dev.duet.change.TableId;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Where records are not Debezium's plain envelope.
 *
 * @param flattened whether a topic's values were flattened by ExtractNewRecordState
 * @param lifted the fields beside {@code before} and {@code after} that are columns of a table's rows, as text
 */
public record RecordShapes(Predicate<String> flattened, Function<TableId, List<String>> lifted) {
    static final RecordShapes PLAIN = new RecordShapes(topic -> false, table -> List.of());
}
