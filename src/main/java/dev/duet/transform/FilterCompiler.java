package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.FarMoment;
import dev.duet.change.NonFinite;
import dev.duet.change.Row;
import dev.duet.change.TypeText;
import dev.duet.change.ValueText;
import dev.duet.transform.Filter.Literal;
import dev.duet.transform.Filter.LiteralKind;
import dev.duet.transform.Filter.Operator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compiles a {@link Filter} for the columns of a table. Each literal is read as its column's type. */
final class FilterCompiler {
    private static final Comparator<Object> FLOATS = (a, b) -> Float.compare((Float) a + 0f, (Float) b + 0f);
    private static final Comparator<Object> DOUBLES = (a, b) -> Double.compare((Double) a + 0d, (Double) b + 0d);

    private final Shape shape;

    FilterCompiler(Shape shape) {
        this.shape = shape;
    }

    Condition compile(Filter filter) throws Unusable {
        return switch (filter) {
            case Filter.And(Filter left, Filter right) -> Condition.and(compile(left), compile(right));
            case Filter.Or(Filter left, Filter right) -> Condition.or(compile(left), compile(right));
            case Filter.Not(Filter inner) -> Condition.not(compile(inner));
            case Filter.IsNull(String column) -> isNull(cell(column));
            case Filter.Compare(String column, Operator operator, Literal literal) ->
                compare(cell(column), operator, literal);
            case Filter.In(String column, List<Literal> literals) -> in(cell(column), literals);
            case Filter.Like(String column, String pattern) -> like(cell(column), pattern);
        };
    }

    private Cell cell(String column) throws Unusable {
        Cell cell = shape.cell(column);
        if (cell == null) {
            throw new Unusable("there is no column " + column + " among " + shape.names());
        }
        return cell;
    }

    /** A value that was not sent lies outside of the row, so it is not null. */
    private static Condition isNull(Cell cell) {
        return row -> cell.of(row) == null ? Condition.TRUE : Condition.FALSE;
    }

    private static Condition compare(Cell cell, Operator operator, Literal literal) throws Unusable {
        Comparator<Object> order = order(cell, operator.isOrder());
        Object wanted = value(cell, literal);
        return test(cell, value -> operator.holds(order.compare(value, wanted)));
    }

    private static Condition in(Cell cell, List<Literal> literals) throws Unusable {
        Comparator<Object> order = order(cell, false);
        List<Object> wanted = new ArrayList<>();
        for (Literal literal : literals) {
            wanted.add(value(cell, literal));
        }
        return test(cell, value -> wanted.stream().anyMatch(other -> order.compare(value, other) == 0));
    }

    private static Condition like(Cell cell, String pattern) throws Unusable {
        if (!(cell.column().type() instanceof ColumnType.Text)
                && !(cell.column().type() instanceof ColumnType.Char)) {
            throw new Unusable("like is for text, and " + described(cell));
        }
        LikePattern like = LikePattern.parse(pattern);
        boolean padded = cell.column().type() instanceof ColumnType.Char;
        return test(cell, value -> like.matches(padded ? ValueText.withoutPadding((String) value) : (String) value));
    }

    private static Condition test(Cell cell, Predicate<Object> test) {
        return row -> {
            Object value = cell.of(row);
            if (value == null) {
                return Condition.UNKNOWN;
            }
            if (value == Row.UNCHANGED) {
                return Condition.TRUE | Condition.FALSE;
            }
            return test.test(value) ? Condition.TRUE : Condition.FALSE;
        };
    }

    private static Object value(Cell cell, Literal literal) throws Unusable {
        ColumnType type = cell.column().type();
        LiteralKind wanted = switch (type) {
            case ColumnType.Bool ignored -> LiteralKind.BOOLEAN;
            case ColumnType.Int16 ignored -> LiteralKind.NUMBER;
            case ColumnType.Int32 ignored -> LiteralKind.NUMBER;
            case ColumnType.Int64 ignored -> LiteralKind.NUMBER;
            case ColumnType.Float32 ignored -> LiteralKind.NUMBER;
            case ColumnType.Float64 ignored -> LiteralKind.NUMBER;
            case ColumnType.Decimal ignored -> LiteralKind.NUMBER;
            case ColumnType.Numeric ignored -> LiteralKind.NUMBER;
            default -> LiteralKind.TEXT;
        };
        if (literal.kind() != wanted) {
            throw new Unusable(described(cell) + " and is compared with a " + lower(literal.kind()) + "; write a "
                    + lower(wanted) + (wanted == LiteralKind.TEXT ? " in single quotes" : ""));
        }
        try {
            return TextValue.of(readAs(type), literal.text());
        } catch (Unfit e) {
            throw new Unusable(described(cell) + "; its literal: " + e.getMessage());
        }
    }

    /** Lengths and scales don't matter for a comparison: a price of two digits may be compared with 1.005. */
    private static ColumnType readAs(ColumnType type) {
        return switch (type) {
            case ColumnType.Decimal ignored -> new ColumnType.Numeric();
            case ColumnType.Text ignored -> new ColumnType.Text(0);
            case ColumnType.Char ignored -> new ColumnType.Text(0);
            default -> type;
        };
    }

    private static Comparator<Object> order(Cell cell, boolean ordered) throws Unusable {
        ColumnType type = cell.column().type();
        Comparator<Object> order = orderOf(type);
        if (order == null) {
            throw new Unusable(described(cell) + ", which can only be tested with is null");
        }
        boolean equalityOnly = type instanceof ColumnType.Text
                || type instanceof ColumnType.Char
                || type instanceof ColumnType.Uuid
                || type instanceof ColumnType.Bool;
        if (ordered && equalityOnly) {
            throw new Unusable(described(cell) + ", whose order depends on the database; use = <> in like");
        }
        return order;
    }

    private static @Nullable Comparator<Object> orderOf(ColumnType type) {
        return switch (type) {
            case ColumnType.Bool ignored -> (a, b) -> Boolean.compare((Boolean) a, (Boolean) b);
            case ColumnType.Int16 ignored -> (a, b) -> Short.compare((Short) a, (Short) b);
            case ColumnType.Int32 ignored -> (a, b) -> Integer.compare((Integer) a, (Integer) b);
            case ColumnType.Int64 ignored -> (a, b) -> Long.compare((Long) a, (Long) b);
            case ColumnType.Float32 ignored -> FLOATS;
            case ColumnType.Float64 ignored -> DOUBLES;
            case ColumnType.Decimal ignored -> NonFinite::compare;
            case ColumnType.Numeric ignored -> NonFinite::compare;
            case ColumnType.Text ignored -> (a, b) -> ((String) a).compareTo((String) b);
            case ColumnType.Char ignored ->
                (a, b) -> ValueText.withoutPadding((String) a).compareTo(ValueText.withoutPadding((String) b));
            case ColumnType.Uuid ignored -> (a, b) -> ((String) a).compareToIgnoreCase((String) b);
            case ColumnType.Date ignored -> (a, b) -> Integer.compare((Integer) a, (Integer) b);
            case ColumnType.Time ignored -> (a, b) -> Long.compare((Long) a, (Long) b);
            case ColumnType.Timestamp ignored -> FarMoment::compare;
            case ColumnType.TimestampTz ignored -> FarMoment::compare;
            case ColumnType.Json ignored -> null;
            case ColumnType.Bytes ignored -> null;
            case ColumnType.Native ignored -> null;
            case ColumnType.Array ignored -> null;
        };
    }

    private static String described(Cell cell) {
        return cell.column().name() + " is " + TypeText.show(cell.column().type());
    }

    private static String lower(LiteralKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
