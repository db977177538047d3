package dev.duet.envelope;

/** Avro's binary encoding (specification 1.12): bounds are checked before anything is allocated or looped over. */
final class AvroInput {
    private static final byte[] NOTHING = {};
    private static final int MAX_VARINT_BITS = 64;

    private byte[] bytes = NOTHING;
    private int at;
    private int to;

    void open(byte[] source, int from, int end) {
        this.bytes = source;
        this.at = from;
        this.to = end;
    }

    byte[] bytes() {
        return bytes;
    }

    boolean isAtEnd() {
        return at == to;
    }

    /** Steps over so many bytes and returns where they begin. */
    int take(int length) throws AvroFault {
        if (length < 0 || length > to - at) {
            throw new AvroFault("a length beyond the record's end");
        }
        int from = at;
        at += length;
        return from;
    }

    private void over(int length) throws AvroFault {
        var unused = take(length);
    }

    private void overVarint() throws AvroFault {
        var unused = varint();
    }

    boolean bool() throws AvroFault {
        byte value = bytes[take(1)];
        if (value != 0 && value != 1) {
            throw new AvroFault("a boolean that is neither 0 nor 1");
        }
        return value == 1;
    }

    /** An int or long: zigzag, seven bits a byte. */
    long varint() throws AvroFault {
        long value = 0;
        for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
            if (at == to) {
                throw new AvroFault("a number beyond the record's end");
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new AvroFault("a number of more than 64 bits");
    }

    int int32() throws AvroFault {
        long value = varint();
        if (value != (int) value) {
            throw new AvroFault("an int of more than 32 bits");
        }
        return (int) value;
    }

    float float32() throws AvroFault {
        return Float.intBitsToFloat((int) littleEndian(Float.BYTES));
    }

    double float64() throws AvroFault {
        return Double.longBitsToDouble(littleEndian(Double.BYTES));
    }

    private long littleEndian(int length) throws AvroFault {
        int from = take(length);
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << 8 | (bytes[from + i] & 0xff);
        }
        return value;
    }

    /** The length in front of bytes or a string, which the record can hold. */
    int length() throws AvroFault {
        long length = varint();
        if (length < 0 || length > to - at) {
            throw new AvroFault("a length beyond the record's end");
        }
        return (int) length;
    }

    /** An index below the limit. */
    int index(int limit) throws AvroFault {
        long index = varint();
        if (index < 0 || index >= limit) {
            throw new AvroFault("an index of no branch or symbol");
        }
        return (int) index;
    }

    /**
     * The number of items in the next block of an array or map, 0 at its end. A block of more items than the record has bytes left is
     * refused: only items without any bytes could be so many, and Debezium has none.
     */
    long block() throws AvroFault {
        long items = varint();
        if (items < 0) {
            overVarint(); // the block's size in bytes, for those who skip it
            items = -items;
        }
        if (items < 0 || items > to - at) {
            throw new AvroFault("a block beyond the record's end");
        }
        return items;
    }

    /** Steps over a value. */
    void skip(AvroType type, int depth) throws AvroFault {
        if (depth > DebeziumDecoder.MAX_DEPTH) {
            throw new AvroFault("more levels than " + DebeziumDecoder.MAX_DEPTH);
        }
        switch (type.kind()) {
            case NULL -> {}
            case BOOLEAN -> over(1);
            case INT, LONG, ENUM -> overVarint();
            case FLOAT -> over(Float.BYTES);
            case DOUBLE -> over(Double.BYTES);
            case BYTES, STRING -> over(length());
            case FIXED -> over(type.size());
            case UNION -> skip(type.part(index(type.parts())), depth + 1);
            case ARRAY, MAP -> skipItems(type, depth);
            case RECORD -> {
                for (int i = 0; i < type.parts(); i++) {
                    skip(type.part(i), depth + 1);
                }
            }
        }
    }

    private void skipItems(AvroType type, int depth) throws AvroFault {
        for (long items = block(); items > 0; items = block()) {
            for (long i = 0; i < items; i++) {
                if (type.kind() == AvroType.Kind.MAP) {
                    over(length());
                }
                skip(type.part(0), depth + 1);
            }
        }
    }
}
