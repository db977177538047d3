package dev.duet.envelope;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A writer's schema: how its bytes are read, and the same as a Connect schema, from which the columns' types follow. One instance for
 * an id while it is cached.
 */
final class AvroSchema {
    private final AvroType type;
    private final ConnectSchema connect;

    AvroSchema(AvroType type, ConnectSchema connect) {
        this.type = type;
        this.connect = connect;
    }

    AvroType type() {
        return type;
    }

    ConnectSchema connect() {
        return connect;
    }

    /** The row's columns that can be null and have another default: a converter may have written the default in place of null. */
    List<String> nullableWithDefault() {
        List<ConnectField> columns = connect.rowFields();
        AvroType row = rowType();
        List<String> found = new ArrayList<>();
        for (int i = 0; columns != null && row != null && i < columns.size(); i++) {
            if (columns.get(i).defaultJson() != null && row.part(i).kind() == AvroType.Kind.UNION) {
                found.add(columns.get(i).name());
            }
        }
        return found;
    }

    /** The type of the envelope's {@code after}, which may be null there. */
    private @Nullable AvroType rowType() {
        for (int i = 0; i < type.parts(); i++) {
            AvroType field = type.part(i);
            for (int k = 0; type.name(i).equals("after") && k < field.parts(); k++) {
                if (field.part(k).kind() == AvroType.Kind.RECORD) {
                    return field.part(k);
                }
            }
        }
        return null;
    }
}
