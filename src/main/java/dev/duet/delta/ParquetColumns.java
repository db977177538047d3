package dev.duet.delta;

import io.delta.kernel.data.ArrayValue;
import io.delta.kernel.data.ColumnVector;
import io.delta.kernel.data.ColumnarBatch;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a batch as Parquet's, and how their values are handed over.
 *
 * <pre>
 * boolean, float, double      as they are        string           binary (UTF8)
 * short, integer, date        int32              binary           binary
 * long, timestamps            int64 (micros)     array            optional list of elements of these
 * decimal(p,s)                int32 to 9 digits, int64 to 18, then fixed bytes of the smallest size for p
 * </pre>
 */
final class ParquetColumns {
    private static final int DIGITS_OF_INT = 9;
    private static final int DIGITS_OF_LONG = 18;

    private final MessageType schema;
    private final ColumnVector[] vectors;
    private final String[] names;
    private final Cell[] cells;
    private @Nullable RecordConsumer consumer;

    ParquetColumns(ColumnarBatch batch) {
        StructType struct = batch.getSchema();
        int count = struct.length();
        this.vectors = new ColumnVector[count];
        this.names = new String[count];
        this.cells = new Cell[count];
        List<Type> types = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            StructField field = struct.at(i);
            vectors[i] = batch.getColumnVector(i);
            names[i] = field.getName();
            cells[i] = cell(field.getDataType());
            types.add(type(field.getDataType(), true, field.getName()));
        }
        this.schema = new MessageType("duet", types);
    }

    private interface Cell {
        void write(RecordConsumer consumer, ColumnVector vector, int row);
    }

    static boolean canWrite(StructType struct) {
        return struct.fields().stream().allMatch(field -> known(field.getDataType()));
    }

    private static boolean known(DataType type) {
        return switch (type) {
            case BooleanType ignored -> true;
            case ShortType ignored -> true;
            case IntegerType ignored -> true;
            case LongType ignored -> true;
            case FloatType ignored -> true;
            case DoubleType ignored -> true;
            case DecimalType ignored -> true;
            case DateType ignored -> true;
            case TimestampType ignored -> true;
            case TimestampNTZType ignored -> true;
            case StringType ignored -> true;
            case BinaryType ignored -> true;
            case ArrayType array -> !(array.getElementType() instanceof ArrayType) && known(array.getElementType());
            default -> false;
        };
    }

    MessageType schema() {
        return schema;
    }

    void prepare(RecordConsumer target) {
        this.consumer = target;
    }

    void write(int row) {
        RecordConsumer target = java.util.Objects.requireNonNull(consumer);
        target.startMessage();
        for (int i = 0; i < cells.length; i++) {
            if (!vectors[i].isNullAt(row)) {
                target.startField(names[i], i);
                cells[i].write(target, vectors[i], row);
                target.endField(names[i], i);
            }
        }
        target.endMessage();
    }

    private static Type type(DataType type, boolean nullable, String name) {
        if (type instanceof ArrayType array) {
            return Types.optionalList()
                    .element(type(array.getElementType(), array.containsNull(), "element"))
                    .named(name);
        }
        Repetition repetition = nullable ? Repetition.OPTIONAL : Repetition.REQUIRED;
        return switch (type) {
            case BooleanType ignored -> primitive(PrimitiveTypeName.BOOLEAN, null, repetition, name);
            case ShortType ignored ->
                primitive(PrimitiveTypeName.INT32, LogicalTypeAnnotation.intType(16, true), repetition, name);
            case IntegerType ignored -> primitive(PrimitiveTypeName.INT32, null, repetition, name);
            case LongType ignored -> primitive(PrimitiveTypeName.INT64, null, repetition, name);
            case FloatType ignored -> primitive(PrimitiveTypeName.FLOAT, null, repetition, name);
            case DoubleType ignored -> primitive(PrimitiveTypeName.DOUBLE, null, repetition, name);
            case DecimalType decimal -> decimal(decimal, repetition, name);
            case DateType ignored ->
                primitive(PrimitiveTypeName.INT32, LogicalTypeAnnotation.dateType(), repetition, name);
            case TimestampType ignored -> primitive(PrimitiveTypeName.INT64, timestamp(true), repetition, name);
            case TimestampNTZType ignored -> primitive(PrimitiveTypeName.INT64, timestamp(false), repetition, name);
            case StringType ignored ->
                primitive(PrimitiveTypeName.BINARY, LogicalTypeAnnotation.stringType(), repetition, name);
            case BinaryType ignored -> primitive(PrimitiveTypeName.BINARY, null, repetition, name);
            default -> throw new IllegalArgumentException("column " + name + " of type " + type);
        };
    }

    private static LogicalTypeAnnotation timestamp(boolean utc) {
        return LogicalTypeAnnotation.timestampType(utc, TimeUnit.MICROS);
    }

    private static Type primitive(
            PrimitiveTypeName type, @Nullable LogicalTypeAnnotation meaning, Repetition repetition, String name) {
        return Types.primitive(type, repetition).as(meaning).named(name);
    }

    private static Type decimal(DecimalType type, Repetition repetition, String name) {
        LogicalTypeAnnotation meaning = LogicalTypeAnnotation.decimalType(type.getScale(), type.getPrecision());
        if (type.getPrecision() <= DIGITS_OF_INT) {
            return primitive(PrimitiveTypeName.INT32, meaning, repetition, name);
        }
        if (type.getPrecision() <= DIGITS_OF_LONG) {
            return primitive(PrimitiveTypeName.INT64, meaning, repetition, name);
        }
        return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                .length(bytesFor(type.getPrecision()))
                .as(meaning)
                .named(name);
    }

    /** Bytes of the smallest two's complement number that holds so many digits. */
    private static int bytesFor(int precision) {
        return BigInteger.TEN.pow(precision).subtract(BigInteger.ONE).bitLength() / 8 + 1;
    }

    private static Cell cell(DataType type) {
        return switch (type) {
            case BooleanType ignored -> (to, vector, row) -> to.addBoolean(vector.getBoolean(row));
            case ShortType ignored -> (to, vector, row) -> to.addInteger(vector.getShort(row));
            case IntegerType ignored -> (to, vector, row) -> to.addInteger(vector.getInt(row));
            case DateType ignored -> (to, vector, row) -> to.addInteger(vector.getInt(row));
            case LongType ignored -> (to, vector, row) -> to.addLong(vector.getLong(row));
            case TimestampType ignored -> (to, vector, row) -> to.addLong(vector.getLong(row));
            case TimestampNTZType ignored -> (to, vector, row) -> to.addLong(vector.getLong(row));
            case FloatType ignored -> (to, vector, row) -> to.addFloat(vector.getFloat(row));
            case DoubleType ignored -> (to, vector, row) -> to.addDouble(vector.getDouble(row));
            case StringType ignored -> new Texts();
            case BinaryType ignored ->
                (to, vector, row) -> to.addBinary(Binary.fromConstantByteArray(vector.getBinary(row)));
            case DecimalType decimal -> decimalCell(decimal);
            case ArrayType array -> new Lists(cell(array.getElementType()));
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static Cell decimalCell(DecimalType type) {
        if (type.getPrecision() <= DIGITS_OF_INT) {
            return (to, vector, row) ->
                    to.addInteger(vector.getDecimal(row).unscaledValue().intValueExact());
        }
        if (type.getPrecision() <= DIGITS_OF_LONG) {
            return (to, vector, row) ->
                    to.addLong(vector.getDecimal(row).unscaledValue().longValueExact());
        }
        int length = bytesFor(type.getPrecision());
        return (to, vector, row) ->
                to.addBinary(fixed(vector.getDecimal(row).unscaledValue().toByteArray(), length));
    }

    private static Binary fixed(byte[] number, int length) {
        if (number.length > length) {
            throw new ArithmeticException("a decimal of " + number.length + " bytes for a column of " + length);
        }
        byte[] padded = new byte[length];
        Arrays.fill(padded, 0, length - number.length, (byte) (number[0] < 0 ? -1 : 0));
        System.arraycopy(number, 0, padded, length - number.length, number.length);
        return Binary.fromConstantByteArray(padded);
    }

    /** Three levels, as the format has them: the column, {@code list} for each element, {@code element} unless it is null. */
    private record Lists(Cell element) implements Cell {
        @Override
        public void write(RecordConsumer to, ColumnVector vector, int row) {
            ArrayValue array = vector.getArray(row);
            ColumnVector elements = array.getElements();
            to.startGroup();
            if (array.getSize() > 0) {
                to.startField("list", 0);
                for (int i = 0; i < array.getSize(); i++) {
                    to.startGroup();
                    if (!elements.isNullAt(i)) {
                        to.startField("element", 0);
                        element.write(to, elements, i);
                        to.endField("element", 0);
                    }
                    to.endGroup();
                }
                to.endField("list", 0);
            }
            to.endGroup();
        }
    }

    /** Neighbours are often the same string (topic, operation): it is encoded once. */
    private static final class Texts implements Cell {
        private @Nullable String last;
        private Binary lastBytes = Binary.EMPTY;

        @Override
        @SuppressWarnings("ReferenceEquality") // equal strings that are not the same are merely encoded again
        public void write(RecordConsumer to, ColumnVector vector, int row) {
            String text = vector.getString(row);
            if (text != last) {
                last = text;
                lastBytes = Binary.fromConstantByteArray(text.getBytes(StandardCharsets.UTF_8));
            }
            to.addBinary(lastBytes);
        }
    }
}
