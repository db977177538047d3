package dev.duet.delta;

import dev.duet.inspect.LogField;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.NotCompared;
import io.delta.kernel.types.ArrayType;
import io.delta.kernel.types.BinaryType;
import io.delta.kernel.types.DataType;
import io.delta.kernel.types.DateType;
import io.delta.kernel.types.DecimalType;
import io.delta.kernel.types.DoubleType;
import io.delta.kernel.types.FloatType;
import io.delta.kernel.types.StringType;
import io.delta.kernel.types.StructField;
import io.delta.kernel.types.StructType;
import io.delta.kernel.types.TimestampNTZType;
import io.delta.kernel.types.TimestampType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a change log are compared with the mirror's, and how.
 *
 * @param texts how the fields' values become text
 * @param key the key's columns in key order
 * @param keyTexts how theirs do
 */
record LogShape(
        List<LogField> fields,
        List<CanonicalText> texts,
        List<String> key,
        List<CanonicalText> keyTexts,
        List<NotCompared> notCompared) {
    private static final Set<String> INFINITIES = Set.of("infinity", "-infinity");

    /** Of a log that is not there. */
    static LogShape none() {
        return new LogShape(List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** A column whose values can be long is separate: an update may have left it out. Whether one has, only the whole log would tell. */
    static LogShape of(StructType log, List<MirrorColumn> mirror, NonFiniteForm nonFinite) {
        LogShape shape = new LogShape(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<MirrorColumn> key = mirror.stream()
                .filter(column -> column.keyPlace() >= 0)
                .sorted(Comparator.comparingInt(MirrorColumn::keyPlace))
                .toList();
        for (MirrorColumn column : key) {
            StructField field = field(log, column.name());
            CanonicalText text = field == null ? null : CanonicalText.of(field.getDataType(), column.type());
            if (field == null || text == null || !isKey(field.getDataType())) {
                shape.notCompared.add(
                        new NotCompared("*", "delta", "the key's column " + column.name() + " can't be compared"));
                return shape;
            }
            shape.key.add(column.name());
            shape.keyTexts.add(text);
        }
        mirror.forEach(column -> shape.add(column, field(log, column.name()), nonFinite));
        return shape;
    }

    static @Nullable StructField field(StructType log, String name) {
        int at = log.indexOf(name);
        return at < 0 ? null : log.at(at);
    }

    /** A key's text is one that PostgreSQL reads again: not so a number in bits. */
    private static boolean isKey(DataType type) {
        return !(type instanceof FloatType) && !(type instanceof DoubleType) && !(type instanceof ArrayType);
    }

    private void add(MirrorColumn column, @Nullable StructField field, NonFiniteForm nonFinite) {
        CanonicalText text = field == null ? null : CanonicalText.of(field.getDataType(), column.type());
        String why = null;
        if (field == null) {
            why = "the change log has no such column";
        } else if (column.addedLate()) {
            why = "it was added with a default, which the log's older rows don't have";
        } else if (text == null) {
            why = "a " + column.type() + " is written otherwise in the log";
        } else if (field.getDataType() instanceof ArrayType array
                && !asNull(array.getElementType(), nonFinite).isEmpty()) {
            why = "the log has null for some of its elements, by configuration";
        } else {
            fields.add(new LogField(
                    column.name(),
                    column.keyPlace() < 0 && canBeLeftOut(field.getDataType(), column.type()),
                    asNull(field.getDataType(), nonFinite)));
            texts.add(text);
        }
        if (why != null) {
            notCompared.add(new NotCompared(column.name(), "delta", why));
        }
    }

    private static boolean canBeLeftOut(DataType type, String inMirror) {
        return switch (type) {
            case StringType ignored -> !inMirror.equals("uuid") && !inMirror.startsWith("time");
            case BinaryType ignored -> true;
            case ArrayType ignored -> true;
            case DecimalType ignored -> true;
            default -> false;
        };
    }

    private static Set<String> asNull(DataType type, NonFiniteForm nonFinite) {
        Set<String> infinities = nonFinite.infinity() == NonFiniteForm.Infinity.NULL ? INFINITIES : Set.of();
        return switch (type) {
            case DecimalType ignored -> nonFinite.nan() == NonFiniteForm.Nan.NULL ? Set.of("NaN") : Set.of();
            case DateType ignored -> infinities;
            case TimestampType ignored -> infinities;
            case TimestampNTZType ignored -> infinities;
            default -> Set.of();
        };
    }
}
