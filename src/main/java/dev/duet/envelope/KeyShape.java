package dev.duet.envelope;

import com.fasterxml.jackson.core.io.SerializedString;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all keys of a table have in common: the bytes around the values. With it a key is verified by some comparisons, without
 * parsing it; its values are in the row anyway. A key in Avro is as its schema says.
 *
 * <pre>
 * {"fund_id":1,"unit_code":"A"}      {"fund_id":   VALUE   ,"unit_code":   VALUE   }
 * </pre>
 */
final class KeyShape {
    private final byte[][] around;
    private final @Nullable AvroSchema avro;
    private final KeySchema schema;

    private KeyShape(byte[][] around, @Nullable AvroSchema avro, KeySchema schema) {
        this.around = around;
        this.avro = avro;
        this.schema = schema;
    }

    static KeyShape ofAvro(AvroSchema avro, KeySchema schema) {
        return new KeyShape(new byte[0][], avro, schema);
    }

    /**
     * @param key a sound key
     * @param from where its payload's brace stands
     * @param to the index behind the payload's closing brace
     * @param names the payload's fields in its order
     */
    static KeyShape of(byte[] key, int from, int to, List<String> names, KeySchema schema) {
        byte[][] around = new byte[names.size() + 1][];
        for (int i = 0; i < names.size(); i++) {
            byte[] name = new SerializedString(names.get(i)).asQuotedUTF8();
            byte[] before = i == 0 ? Arrays.copyOf(key, from + 1) : new byte[] {','};
            byte[] part = Arrays.copyOf(before, before.length + name.length + 3);
            part[before.length] = '"';
            System.arraycopy(name, 0, part, before.length + 1, name.length);
            part[part.length - 2] = '"';
            part[part.length - 1] = ':';
            around[i] = part;
        }
        around[names.size()] = Arrays.copyOfRange(key, to - 1, key.length);
        return new KeyShape(around, null, schema);
    }

    KeySchema schema() {
        return schema;
    }

    /** @param keyAvro what the key was written with, null if it is JSON */
    boolean matches(byte[] key, @Nullable AvroSchema keyAvro) {
        return avro != null || keyAvro != null ? avro == keyAvro : matches(key);
    }

    private boolean matches(byte[] key) {
        int at = 0;
        int values = around.length - 1;
        for (int i = 0; i < values; i++) {
            if (!JsonBytes.startsWith(key, at, around[i])) {
                return false;
            }
            at = JsonBytes.endOfValue(key, at + around[i].length, key.length);
            if (at < 0) {
                return false;
            }
        }
        return JsonBytes.startsWith(key, at, around[values]) && at + around[values].length == key.length;
    }
}
