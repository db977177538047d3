package dev.duet.envelope;

import java.util.Arrays;
import java.util.zip.CRC32C;

/** Parses each schema block once: the same bytes give the same {@link ConnectSchema}. */
final class SchemaCache {
    private static final int MAX_SCHEMAS = 1000;

    private final SchemaParser parser;
    private final BoundedCache<Block, ConnectSchema> schemas = new BoundedCache<>(MAX_SCHEMAS);
    private int parsed;

    SchemaCache(SchemaParser parser) {
        this.parser = parser;
    }

    ConnectSchema get(byte[] json, int from, int to) throws Unreadable {
        ConnectSchema known = schemas.get(new Block(json, from, to));
        if (known != null) {
            return known;
        }
        if (Utf8.firstError(json, from, to) >= 0) {
            throw Unreadable.malformed("schema: expected UTF-8");
        }
        ConnectSchema schema = parser.parse(json, from, to);
        parsed++;
        byte[] copy = Arrays.copyOfRange(json, from, to);
        schemas.put(new Block(copy, 0, copy.length), schema);
        return schema;
    }

    /** How many schema blocks were really parsed. */
    int parsed() {
        return parsed;
    }

    /** A range of bytes, compared by content. */
    private static final class Block {
        private final byte[] bytes;
        private final int from;
        private final int to;
        private final int hash;

        Block(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.from = from;
            this.to = to;
            CRC32C crc = new CRC32C();
            crc.update(bytes, from, to - from);
            this.hash = (int) crc.getValue();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Block that
                    && hash == that.hash
                    && Arrays.equals(bytes, from, to, that.bytes, that.from, that.to);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
