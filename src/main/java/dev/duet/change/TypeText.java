package dev.duet.change;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@link ColumnType} as one writes it in SQL, aliases included. */
public final class TypeText {
    private static final Pattern TYPE = Pattern.compile(
            "\\s*([a-zA-Z][a-zA-Z0-9 ]*?)\\s*(?:\\(\\s*(\\d{1,6})\\s*(?:,\\s*(\\d{1,6})\\s*)?\\))?\\s*(\\[\\s*])?\\s*");
    private static final int MICROSECONDS = 6;

    private TypeText() {}

    /** Reads a whole type such as {@code numeric(10,2)}; empty if it is none. */
    public static Optional<ColumnType> parse(String text) {
        Matcher matcher = TYPE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int first = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
        int second = matcher.group(3) == null ? 0 : Integer.parseInt(matcher.group(3));
        Optional<ColumnType> type = of(matcher.group(1), first, second);
        return matcher.group(4) == null ? type : type.map(ColumnType.Array::new);
    }

    /**
     * The type of this name; empty if there is none.
     *
     * @param first the first number in its parentheses, -1 if there are none
     * @param second the second number there, 0 if there is none
     */
    public static Optional<ColumnType> of(String name, int first, int second) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
        return Optional.ofNullable(
                switch (plain) {
                    case "boolean", "bool" -> new ColumnType.Bool();
                    case "smallint", "int2", "smallserial" -> new ColumnType.Int16();
                    case "integer", "int", "int4", "serial" -> new ColumnType.Int32();
                    case "bigint", "int8", "bigserial" -> new ColumnType.Int64();
                    case "real", "float4" -> new ColumnType.Float32();
                    case "double precision", "float8" -> new ColumnType.Float64();
                    case "numeric", "decimal" ->
                        first < 0 ? new ColumnType.Numeric() : new ColumnType.Decimal(first, second);
                    case "text" -> new ColumnType.Text(0);
                    case "varchar", "character varying" -> new ColumnType.Text(Math.max(first, 0));
                    case "char", "character", "bpchar" -> new ColumnType.Char(Math.max(first, 1));
                    case "json" -> new ColumnType.Json(false);
                    case "jsonb" -> new ColumnType.Json(true);
                    case "uuid" -> new ColumnType.Uuid();
                    case "bytea" -> new ColumnType.Bytes();
                    case "date" -> new ColumnType.Date();
                    case "time" -> new ColumnType.Time(precision(first));
                    case "timestamp" -> new ColumnType.Timestamp(precision(first));
                    case "timestamptz" -> new ColumnType.TimestampTz(precision(first));
                    case "bit varying" -> new ColumnType.Native("varbit", first);
                    default -> ColumnType.Native.NAMES.contains(plain) ? new ColumnType.Native(plain, first) : null;
                });
    }

    /** The type for messages, such as {@code numeric(10,2)}. */
    public static String show(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> "boolean";
            case ColumnType.Int16 ignored -> "smallint";
            case ColumnType.Int32 ignored -> "integer";
            case ColumnType.Int64 ignored -> "bigint";
            case ColumnType.Float32 ignored -> "real";
            case ColumnType.Float64 ignored -> "double precision";
            case ColumnType.Decimal(int precision, int scale) -> "numeric(" + precision + "," + scale + ")";
            case ColumnType.Numeric ignored -> "numeric";
            case ColumnType.Text(int length) -> length == 0 ? "text" : "varchar(" + length + ")";
            case ColumnType.Char(int length) -> "char(" + length + ")";
            case ColumnType.Json(boolean binary) -> binary ? "jsonb" : "json";
            case ColumnType.Uuid ignored -> "uuid";
            case ColumnType.Bytes ignored -> "bytea";
            case ColumnType.Date ignored -> "date";
            case ColumnType.Time(int precision) -> "time(" + precision + ")";
            case ColumnType.Timestamp(int precision) -> "timestamp(" + precision + ")";
            case ColumnType.TimestampTz(int precision) -> "timestamptz(" + precision + ")";
            case ColumnType.Native(String name, int length) -> length < 0 ? name : name + "(" + length + ")";
            case ColumnType.Array(ColumnType element) -> show(element) + "[]";
        };
    }

    private static int precision(int given) {
        return given < 0 ? MICROSECONDS : Math.min(given, MICROSECONDS);
    }
}
