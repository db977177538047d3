package dev.duet.postgres;

import dev.duet.change.ColumnType;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's names of types ({@code format_type}) read as {@link ColumnType}, and which of them can hold which. */
final class CatalogTypes {
    private static final Pattern NAME = Pattern.compile(
            "([a-z]+[0-9]?[a-z]*(?: [a-z]+)?)(?:\\((\\d+)(?:,(-?\\d+))?\\))?( with(?:out)? time zone)?");

    private static final int MICROSECONDS = 6;

    private CatalogTypes() {}

    /**
     * The type with this name, empty if Duet has no word for it.
     *
     * @param name as {@code format_type(atttypid, atttypmod)} writes it
     */
    static Optional<ColumnType> parse(String name) {
        return name.endsWith("[]")
                ? scalar(name.substring(0, name.length() - 2)).map(ColumnType.Array::new)
                : scalar(name);
    }

    private static Optional<ColumnType> scalar(String name) {
        Matcher parts = NAME.matcher(name.replaceFirst("^(time|timestamp) (with)", "$1(6) $2"));
        if (!parts.matches()) {
            return Optional.empty();
        }
        int first = parts.group(2) == null ? 0 : Integer.parseInt(parts.group(2));
        int length = parts.group(2) == null ? -1 : first;
        boolean zone = " with time zone".equals(parts.group(4));
        return Optional.ofNullable(
                switch (parts.group(1)) {
                    case "boolean" -> new ColumnType.Bool();
                    case "smallint" -> new ColumnType.Int16();
                    case "integer" -> new ColumnType.Int32();
                    case "bigint" -> new ColumnType.Int64();
                    case "real" -> new ColumnType.Float32();
                    case "double precision" -> new ColumnType.Float64();
                    case "numeric" ->
                        first == 0
                                ? new ColumnType.Numeric()
                                : new ColumnType.Decimal(first, Integer.parseInt(parts.group(3)));
                    case "text" -> new ColumnType.Text(0);
                    case "character varying" -> new ColumnType.Text(first);
                    case "character" -> new ColumnType.Char(first);
                    case "json" -> new ColumnType.Json(false);
                    case "jsonb" -> new ColumnType.Json(true);
                    case "uuid" -> new ColumnType.Uuid();
                    case "bytea" -> new ColumnType.Bytes();
                    case "date" -> new ColumnType.Date();
                    case "time" -> zone ? new ColumnType.Native("timetz", first) : new ColumnType.Time(first);
                    case "timestamp" -> zone ? new ColumnType.TimestampTz(first) : new ColumnType.Timestamp(first);
                    case "bit varying" -> new ColumnType.Native("varbit", length);
                    default ->
                        ColumnType.Native.NAMES.contains(parts.group(1))
                                ? new ColumnType.Native(parts.group(1), length)
                                : null;
                });
    }

    /** Whether a column of the target's type holds every value of the source's type without loss. */
    static boolean holds(ColumnType target, ColumnType source) {
        return switch (source) {
            case ColumnType.Int16 i ->
                target instanceof ColumnType.Int16
                        || target instanceof ColumnType.Int32
                        || target instanceof ColumnType.Int64
                        || target instanceof ColumnType.Numeric;
            case ColumnType.Int32 i ->
                target instanceof ColumnType.Int32
                        || target instanceof ColumnType.Int64
                        || target instanceof ColumnType.Numeric;
            case ColumnType.Int64 i -> target instanceof ColumnType.Int64 || target instanceof ColumnType.Numeric;
            case ColumnType.Float32 f -> target instanceof ColumnType.Float32 || target instanceof ColumnType.Float64;
            case ColumnType.Decimal d ->
                target instanceof ColumnType.Numeric
                        || (target instanceof ColumnType.Decimal wide
                                && wide.scale() >= d.scale()
                                && wide.precision() - wide.scale() >= d.precision() - d.scale());
            case ColumnType.Text t -> longer(target, t.maxLength());
            case ColumnType.Char c ->
                target instanceof ColumnType.Char wide ? wide.length() >= c.length() : longer(target, c.length());
            case ColumnType.Time t -> target instanceof ColumnType.Time fine && fine.precision() >= t.precision();
            case ColumnType.Timestamp t ->
                target instanceof ColumnType.Timestamp fine && fine.precision() >= t.precision();
            case ColumnType.TimestampTz t ->
                target instanceof ColumnType.TimestampTz fine && fine.precision() >= t.precision();
            case ColumnType.Bool b -> target.equals(source);
            case ColumnType.Float64 f -> target.equals(source);
            case ColumnType.Numeric n -> target.equals(source);
            case ColumnType.Json j -> target.equals(source);
            case ColumnType.Uuid u -> target.equals(source);
            case ColumnType.Bytes b -> target.equals(source);
            case ColumnType.Date d -> target.equals(source);
            case ColumnType.Native n ->
                target instanceof ColumnType.Native wide
                        && wide.name().equals(n.name())
                        && holdsLength(n.name(), wide.length(), n.length());
            case ColumnType.Array(ColumnType element) ->
                target instanceof ColumnType.Array(ColumnType wide) && holds(wide, element);
        };
    }

    /** Of bit each length is a type of its own; of the others a longer one, or none, holds all. */
    private static boolean holdsLength(String name, int target, int source) {
        if (target == source) {
            return true;
        }
        if (name.equals("bit")) {
            return false;
        }
        int most = name.equals("varbit") ? Integer.MAX_VALUE : MICROSECONDS;
        return (target < 0 ? most : target) >= (source < 0 ? most : source);
    }

    private static boolean longer(ColumnType target, int maxLength) {
        return target instanceof ColumnType.Text text
                && (text.maxLength() == 0 || (maxLength > 0 && text.maxLength() >= maxLength));
    }
}
