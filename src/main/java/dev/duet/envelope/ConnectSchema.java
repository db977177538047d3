package dev.duet.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed schema block. One instance for equal bytes while it is cached, so it is compared by identity. */
final class ConnectSchema {
    private final ConnectField root;
    private final @Nullable List<ConnectField> rowFields;
    private @Nullable ConnectSchema flattened;

    ConnectSchema(ConnectField root) {
        this.root = root;
        ConnectField after = root.field("after");
        ConnectField row = after != null ? after : root.field("before");
        this.rowFields = row == null ? null : row.fields();
    }

    /** The schema of an envelope whose row has the fields of this flattened value. */
    ConnectSchema flattened() {
        ConnectSchema envelope = flattened;
        if (envelope == null) {
            List<ConnectField> columns = root.fields().stream()
                    .filter(field -> !FlattenedRecord.isAdded(field.name()))
                    .toList();
            ConnectField after = ConnectField.struct("after", columns);
            envelope = new ConnectSchema(ConnectField.struct("", List.of(after)));
            flattened = envelope;
        }
        return envelope;
    }

    /** The fields of the value itself: a key's columns. */
    List<ConnectField> fields() {
        return root.fields();
    }

    /** The columns of an envelope's row, null if the schema is not an envelope's. */
    @Nullable
    List<ConnectField> rowFields() {
        return rowFields;
    }
}
