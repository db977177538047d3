package dev.duet.delta;

import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.statistics.DataFileStatistics;
import io.delta.kernel.types.BooleanType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.IntegerType;
import io.delta.kernel.types.LongType;
import io.delta.kernel.types.ShortType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a file for the log, from the footer that Parquet has just written. A column whose bounds are not certain (long
 * strings, types that sort in more than one way) has none: readers then read the file.
 */
final class FileStatistics {
    /** Longer strings are no use for skipping files, and they swell the log. */
    private static final int LONGEST_TEXT = 64;

    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final long FIRST_DAY = java.time.LocalDate.of(1, 1, 1).toEpochDay();
    private static final long LAST_DAY = java.time.LocalDate.of(9999, 12, 31).toEpochDay();

    private FileStatistics() {}

    static DataFileStatistics of(ParquetMetadata footer, StructType schema, List<Column> columns) {
        long rows = footer.getBlocks().stream()
                .mapToLong(BlockMetaData::getRowCount)
                .sum();
        Map<Column, Literal> least = new HashMap<>();
        Map<Column, Literal> greatest = new HashMap<>();
        Map<Column, Long> nulls = new HashMap<>();
        for (Column column : columns) {
            Statistics<?> statistics = merged(footer, column.getNames()[0]);
            if (statistics == null) {
                continue;
            }
            nulls.put(column, statistics.getNumNulls());
            DataType type = schema.get(column.getNames()[0]).getDataType();
            Literal min = statistics.hasNonNullValue() ? literal(type, statistics.genericGetMin()) : null;
            Literal max = statistics.hasNonNullValue() ? literal(type, statistics.genericGetMax()) : null;
            if (min != null && max != null) {
                least.put(column, min);
                greatest.put(column, max);
            }
        }
        return new DataFileStatistics(rows, least, greatest, nulls, Optional.empty());
    }

    /** Over all row groups; null if one has none. */
    private static @Nullable Statistics<?> merged(ParquetMetadata footer, String column) {
        Statistics<?> merged = null;
        for (BlockMetaData block : footer.getBlocks()) {
            Statistics<?> group = null;
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                if (chunk.getPath().size() == 1 && chunk.getPath().toArray()[0].equals(column)) {
                    group = chunk.getStatistics();
                }
            }
            if (group == null || group.isEmpty() || !group.isNumNullsSet()) {
                return null;
            }
            if (merged == null) {
                merged = group.copy();
            } else {
                merged.mergeStatistics(group);
            }
        }
        return merged;
    }

    private static @Nullable Literal literal(DataType type, Object value) {
        return switch (type) {
            case BooleanType ignored -> Literal.ofBoolean((Boolean) value);
            case ShortType ignored -> Literal.ofShort(((Number) value).shortValue());
            case IntegerType ignored -> Literal.ofInt((Integer) value);
            case LongType ignored -> Literal.ofLong((Long) value);
            case DateType ignored -> isOrdinary((Integer) value) ? Literal.ofDate((Integer) value) : null;
            case TimestampType ignored -> isOrdinary(day((Long) value)) ? Literal.ofTimestamp((Long) value) : null;
            case TimestampNTZType ignored ->
                isOrdinary(day((Long) value)) ? Literal.ofTimestampNtz((Long) value) : null;
            case DecimalType decimal ->
                Literal.ofDecimal(decimal(value, decimal.getScale()), decimal.getPrecision(), decimal.getScale());
            case StringType ignored -> text((Binary) value);
            default -> null;
        };
    }

    private static long day(long micros) {
        return Math.floorDiv(micros, MICROS_PER_DAY);
    }

    /** In the years 1 to 9999, which all readers of the log's text form agree about. PostgreSQL has others. */
    private static boolean isOrdinary(long day) {
        return day >= FIRST_DAY && day <= LAST_DAY;
    }

    private static BigDecimal decimal(Object value, int scale) {
        BigInteger unscaled = value instanceof Binary bytes
                ? new BigInteger(bytes.getBytes())
                : BigInteger.valueOf(((Number) value).longValue());
        return new BigDecimal(unscaled, scale);
    }

    private static @Nullable Literal text(Binary value) {
        String text = value.toStringUsingUTF8();
        return text.length() <= LONGEST_TEXT ? Literal.ofString(text) : null;
    }
}
