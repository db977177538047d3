package dev.duet.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a record key: the source table's primary key. Interned, so that comparing it mostly ends at identity.
 *
 * @param names the columns in key order; empty if the table has no key
 * @param fields their schemas, null if the key carries none
 */
record KeySchema(List<String> names, @Nullable List<ConnectField> fields) {
    static final KeySchema NONE = new KeySchema(List.of(), null);

    static KeySchema of(List<String> names) {
        return names.isEmpty() ? NONE : new KeySchema(List.copyOf(names), null);
    }
}
