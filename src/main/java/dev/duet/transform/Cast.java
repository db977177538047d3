package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.ColumnType.Bool;
import dev.duet.change.ColumnType.Char;
import dev.duet.change.ColumnType.Date;
import dev.duet.change.ColumnType.Decimal;
import dev.duet.change.ColumnType.Float32;
import dev.duet.change.ColumnType.Float64;
import dev.duet.change.ColumnType.Int16;
import dev.duet.change.ColumnType.Int32;
import dev.duet.change.ColumnType.Int64;
import dev.duet.change.ColumnType.Numeric;
import dev.duet.change.ColumnType.Text;
import dev.duet.change.ColumnType.Timestamp;
import dev.duet.change.ColumnType.TimestampTz;
import dev.duet.change.ColumnType.Uuid;
import dev.duet.change.FarMoment;
import dev.duet.change.NonFinite;
import dev.duet.change.ValueText;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How values of one type become values of another. A value that the other type can't hold exactly is {@link Unfit}; only whole
 * numbers and decimals to floating point are rounded, to the nearest.
 *
 * @param step what is done
 * @param keepsApart whether two values that differ in the source differ afterwards: what a key needs
 */
record Cast(Step step, boolean keepsApart) {
    private static final long SECONDS_PER_DAY = 86_400;

    /** Whether there is a cast to this type at all. */
    static boolean leadsTo(ColumnType to) {
        return !(to instanceof ColumnType.Native || to instanceof ColumnType.Array || to instanceof ColumnType.Bytes);
    }

    /** Empty if there is no such cast. */
    static Optional<Cast> of(ColumnType from, ColumnType to) {
        if (from.equals(to)) {
            return Optional.of(new Cast(value -> value, true));
        }
        if (to instanceof Text(int length)) {
            return Optional.of(toText(from, length));
        }
        return Optional.ofNullable(
                switch (from) {
                    case Text ignored -> fromText(to);
                    case Char ignored -> fromText(to);
                    case Int16 ignored -> fromDecimal(to, value -> BigDecimal.valueOf((Short) value), true);
                    case Int32 ignored -> fromDecimal(to, value -> BigDecimal.valueOf((Integer) value), true);
                    case Int64 ignored -> fromDecimal(to, value -> BigDecimal.valueOf((Long) value), true);
                    case Decimal ignored -> fromNumeric(to);
                    case Numeric ignored -> fromNumeric(to);
                    case Float32 ignored ->
                        to instanceof Float64
                                ? new Cast(value -> ((Float) value).doubleValue(), true)
                                : fromDecimal(to, value -> finite(value.toString()), false);
                    case Float64 ignored ->
                        to instanceof Float32 ? null : fromDecimal(to, value -> finite(value.toString()), false);
                    case Date ignored -> to instanceof Timestamp ? new Cast(Cast::midnight, true) : null;
                    // Both are microseconds since the epoch: the timestamp is read as UTC.
                    case Timestamp ignored ->
                        to instanceof Timestamp || to instanceof TimestampTz ? widened(from, to) : null;
                    case TimestampTz ignored ->
                        to instanceof Timestamp || to instanceof TimestampTz ? widened(from, to) : null;
                    case ColumnType.Json ignored ->
                        to instanceof ColumnType.Json ? new Cast(value -> value, false) : null;
                    case Bool ignored -> null;
                    case Uuid ignored -> null;
                    case ColumnType.Bytes ignored -> null;
                    case ColumnType.Time ignored -> null;
                    case ColumnType.Native ignored -> null;
                    case ColumnType.Array ignored -> null;
                });
    }

    private static Cast toText(ColumnType from, int length) {
        Function<Object, String> text = ValueText.of(from);
        // 1.0 and 1.00 are one numeric, but two texts; so it is with the bits of floating point and json.
        boolean apart = !(from instanceof Numeric
                || from instanceof Float32
                || from instanceof Float64
                || from instanceof ColumnType.Json
                || from instanceof ColumnType.Native
                || from instanceof ColumnType.Array);
        return new Cast(value -> TextValue.fitting(text.apply(value), length), apart);
    }

    private static @Nullable Cast fromText(ColumnType to) {
        return TextValue.readable(to) ? new Cast(value -> TextValue.of(to, (String) value), false) : null;
    }

    /** NaN and the infinities are numbers of floating point and of numeric alone. */
    private static @Nullable Cast fromNumeric(ColumnType to) {
        Cast finite = fromDecimal(to, value -> value, true);
        if (finite == null) {
            return null;
        }
        Step special = switch (to) {
            case Numeric ignored -> value -> value;
            case Float32 ignored -> value -> Float.parseFloat(value.toString());
            case Float64 ignored -> value -> Double.parseDouble(value.toString());
            default ->
                value -> {
                    throw new Unfit("expected a finite number");
                };
        };
        Step either = value -> (value instanceof NonFinite ? special : finite.step()).apply(value);
        return new Cast(either, finite.keepsApart());
    }

    private static @Nullable Cast fromDecimal(ColumnType to, Step decimal, boolean exact) {
        Step step = switch (to) {
            case Int16 ignored -> value -> exactly(to, (BigDecimal) decimal.apply(value));
            case Int32 ignored -> value -> exactly(to, (BigDecimal) decimal.apply(value));
            case Int64 ignored -> value -> exactly(to, (BigDecimal) decimal.apply(value));
            case Numeric ignored -> decimal;
            case Decimal wanted -> value -> TextValue.scaled((BigDecimal) decimal.apply(value), wanted);
            case Float32 ignored -> value -> finite(((BigDecimal) decimal.apply(value)).floatValue());
            case Float64 ignored -> value -> finite(((BigDecimal) decimal.apply(value)).doubleValue());
            default -> null;
        };
        return step == null ? null : new Cast(step, exact && !(to instanceof Float32 || to instanceof Float64));
    }

    private static Object exactly(ColumnType to, BigDecimal value) throws Unfit {
        try {
            return switch (to) {
                case Int16 ignored -> value.shortValueExact();
                case Int32 ignored -> value.intValueExact();
                default -> value.longValueExact();
            };
        } catch (ArithmeticException e) {
            throw TextValue.unfit(to);
        }
    }

    private static Float finite(float value) throws Unfit {
        if (Float.isInfinite(value)) {
            throw TextValue.unfit(new Float32());
        }
        return value;
    }

    private static Double finite(double value) throws Unfit {
        if (Double.isInfinite(value)) {
            throw TextValue.unfit(new Float64());
        }
        return value;
    }

    private static BigDecimal finite(String shortest) throws Unfit {
        return switch (shortest) {
            case "NaN", "Infinity", "-Infinity" -> throw new Unfit("expected a finite number");
            default -> {
                BigDecimal value = new BigDecimal(shortest);
                yield value.scale() < 0 ? value.setScale(0) : value;
            }
        };
    }

    private static Object midnight(Object value) throws Unfit {
        int days = (Integer) value;
        if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
            return days > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        Object midnight = FarMoment.timestamp(days * SECONDS_PER_DAY, 0);
        if (midnight == null) {
            throw TextValue.unfit(new Timestamp(6));
        }
        return midnight;
    }

    /** Null if the second's fraction would be cut. */
    private static @Nullable Cast widened(ColumnType from, ColumnType to) {
        return precision(to) >= precision(from) ? new Cast(value -> value, true) : null;
    }

    private static int precision(ColumnType type) {
        return switch (type) {
            case Timestamp(int digits) -> digits;
            case TimestampTz(int digits) -> digits;
            default -> 0;
        };
    }
}
