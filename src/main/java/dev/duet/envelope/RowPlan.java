package dev.duet.envelope;

import com.fasterxml.jackson.core.io.SerializedString;
import dev.duet.change.ColumnType;
import dev.duet.change.TableSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** How the rows of one table are read while neither its columns nor its key change. Compiled once, used for each record. */
final class RowPlan {
    private final TableSchema schema;
    private final @Nullable ConnectSchema connect;
    private final KeySchema keySchema;
    private final SerializedString[] names;
    private final ValueReader[] readers;
    private final Map<String, Integer> indexes;
    private final int[] key;
    private final ValueReader[] keyReaders;
    private final List<String> lifted;
    private final int[] withoutPlaceholder;
    private final int[] arrays;

    /**
     * @param connect the schema block that the columns come from, null for records without schemas
     * @param readers one for each column
     * @param keyReaders one for each column of the key, for the form that they have in the record key
     * @param withoutPlaceholder the columns of which an unchanged value comes as null
     * @param lifted the fields beside the row that are the schema's last columns; they have no readers
     */
    RowPlan(
            TableSchema schema,
            @Nullable ConnectSchema connect,
            KeySchema keySchema,
            List<ValueReader> readers,
            List<ValueReader> keyReaders,
            int[] withoutPlaceholder,
            List<String> lifted) {
        this.lifted = lifted;
        this.withoutPlaceholder = withoutPlaceholder;
        this.arrays = IntStream.range(0, readers.size())
                .filter(i -> schema.columns().get(i).type() instanceof ColumnType.Array)
                .toArray();
        this.schema = schema;
        this.connect = connect;
        this.keySchema = keySchema;
        this.readers = readers.toArray(ValueReader[]::new);
        this.keyReaders = keyReaders.toArray(ValueReader[]::new);
        this.key = schema.key().stream().mapToInt(Integer::intValue).toArray();
        this.names = new SerializedString[readers.size()];
        this.indexes = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            String name = schema.columns().get(i).name();
            names[i] = new SerializedString(name);
            names[i].asQuotedUTF8();
            indexes.put(name, i);
        }
    }

    TableSchema schema() {
        return schema;
    }

    @Nullable
    ConnectSchema connect() {
        return connect;
    }

    KeySchema keySchema() {
        return keySchema;
    }

    /** How many columns the record's row has. */
    int size() {
        return names.length;
    }

    /** How many the schema has: the lifted ones too. */
    int width() {
        return names.length + lifted.size();
    }

    /** The index of a lifted field's column in the row, or -1. */
    int liftedColumn(String field) {
        int index = lifted.isEmpty() ? -1 : lifted.indexOf(field);
        return index < 0 ? -1 : names.length + index;
    }

    SerializedString name(int column) {
        return names[column];
    }

    ValueReader reader(int column) {
        return readers[column];
    }

    /** The index of the column, or -1. */
    int indexOf(String name) {
        Integer index = indexes.get(name);
        return index == null ? -1 : index;
    }

    /** The columns of which an unchanged value comes as null; not to be changed. */
    int[] withoutPlaceholder() {
        return withoutPlaceholder;
    }

    /** The columns that are arrays; not to be changed. */
    int[] arrays() {
        return arrays;
    }

    int keySize() {
        return key.length;
    }

    /** The index of a key column in the row. */
    int keyColumn(int i) {
        return key[i];
    }

    ValueReader keyReader(int i) {
        return keyReaders[i];
    }
}
