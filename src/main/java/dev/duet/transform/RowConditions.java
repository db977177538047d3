package dev.duet.transform;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.Row;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.inspect.Conditions;
import dev.duet.transform.Filter.Literal;
import dev.duet.transform.Filter.Operator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filters' grammar for those who look at rows. */
public final class RowConditions implements Conditions {
    @Override
    public Condition of(String where, List<Column> columns) {
        if (where.isBlank()) {
            return new Always();
        }
        Shape shape = Shape.of(new TableSchema(new TableId("", ""), columns, List.of()));
        try {
            Filter filter = FilterParser.parse(where);
            dev.duet.transform.Condition compiled = new FilterCompiler(shape).compile(filter);
            List<Range> ranges = bounds(filter, shape).entrySet().stream()
                    .map(bound -> new Range(bound.getKey(), bound.getValue().low, bound.getValue().high))
                    .toList();
            return new Compiled(compiled, ranges);
        } catch (Unusable e) {
            throw new IllegalArgumentException("the condition can't be used: " + e.getMessage());
        }
    }

    private record Always() implements Condition {
        @Override
        public boolean test(Row row) {
            return true;
        }

        @Override
        public List<Range> ranges() {
            return List.of();
        }
    }

    private record Compiled(dev.duet.transform.Condition condition, List<Range> ranges) implements Condition {
        @Override
        public boolean test(Row row) {
            try {
                return condition.possible(row) == dev.duet.transform.Condition.TRUE;
            } catch (Unfit e) { // only casts do, and there are none
                throw new IllegalStateException(e.getMessage());
            }
        }
    }

    private record Bounds(long low, long high) {
        Bounds within(Bounds other) {
            return new Bounds(Math.max(low, other.low), Math.min(high, other.high));
        }

        Bounds around(Bounds other) {
            return new Bounds(Math.min(low, other.low), Math.max(high, other.high));
        }
    }

    /** A column that is not in the map may have any value. */
    private static Map<String, Bounds> bounds(Filter filter, Shape shape) {
        Map<String, Bounds> bounds = new HashMap<>();
        switch (filter) {
            case Filter.And(Filter left, Filter right) -> {
                bounds.putAll(bounds(left, shape));
                bounds(right, shape).forEach((column, of) -> bounds.merge(column, of, Bounds::within));
            }
            case Filter.Or(Filter left, Filter right) -> {
                Map<String, Bounds> others = bounds(right, shape);
                bounds(left, shape).forEach((column, of) -> {
                    Bounds other = others.get(column);
                    if (other != null) {
                        bounds.put(column, of.around(other));
                    }
                });
            }
            case Filter.Compare(String column, Operator operator, Literal literal) -> {
                Long value = number(shape, column, literal);
                if (value != null && operator != Operator.NOT_EQUAL) {
                    boolean up = operator == Operator.GREATER || operator == Operator.GREATER_OR_EQUAL;
                    boolean down = operator == Operator.LESS || operator == Operator.LESS_OR_EQUAL;
                    bounds.put(column, new Bounds(down ? Long.MIN_VALUE : value, up ? Long.MAX_VALUE : value));
                }
            }
            case Filter.In(String column, List<Literal> literals) -> {
                Bounds all = null;
                for (Literal literal : literals) {
                    Long value = number(shape, column, literal);
                    if (value == null) {
                        return Map.of();
                    }
                    Bounds one = new Bounds(value, value);
                    all = all == null ? one : all.around(one);
                }
                if (all != null) {
                    bounds.put(column, all);
                }
            }
            case Filter.Not ignored -> {}
            case Filter.Like ignored -> {}
            case Filter.IsNull ignored -> {}
        }
        return bounds;
    }

    /** Null if the column has no order that can be told by a whole number. */
    private static @Nullable Long number(Shape shape, String column, Literal literal) {
        Cell cell = shape.cell(column);
        ColumnType type = cell == null ? null : cell.column().type();
        boolean whole = type instanceof ColumnType.Int16
                || type instanceof ColumnType.Int32
                || type instanceof ColumnType.Int64
                || type instanceof ColumnType.Date;
        if (!whole || type == null) {
            return null;
        }
        try {
            return ((Number) TextValue.of(type, literal.text())).longValue();
        } catch (Unfit e) {
            return null;
        }
    }
}
