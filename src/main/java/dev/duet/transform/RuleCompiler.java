package dev.duet.transform;

import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TypeText;
import dev.duet.transform.Shape.NamedFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Applies a rule to a table's shape. */
final class RuleCompiler {
    private final Rule rule;
    private final Shape shape;
    private final TableId source;

    private RuleCompiler(Rule rule, Shape shape, TableId source) {
        this.rule = rule;
        this.shape = shape;
        this.source = source;
    }

    /** @throws Unusable if the rule does not fit the table */
    static Shape apply(Rule rule, Shape shape, TableId source) throws Unusable {
        return new RuleCompiler(rule, shape, source).apply();
    }

    private Shape apply() throws Unusable {
        if (!rule.ignoreMissing()) {
            require("columns", rule.columns());
            require("drop", rule.drop());
            require("cast", rule.casts().keySet());
            require("hash", rule.hashed());
            require("mask", rule.masks().keySet());
            require("rename", rule.renames().keySet());
        }
        List<Cell> cells = new ArrayList<>();
        for (Cell cell : shape.cells()) {
            Cell kept = kept(cell);
            if (kept != null) {
                cells.add(kept);
            }
        }
        rule.added().forEach((name, text) -> cells.add(Cell.constant(name, text)));
        checkNames(cells);
        TableId table = rule.route() == null ? shape.table() : rule.route().of(source);
        return new Shape(table, cells, filters());
    }

    private List<NamedFilter> filters() throws Unusable {
        Filter where = rule.where();
        if (where == null) {
            return shape.filters();
        }
        List<NamedFilter> filters = new ArrayList<>(shape.filters());
        try {
            filters.add(new NamedFilter(rule.key("where"), new FilterCompiler(shape).compile(where)));
        } catch (Unusable e) {
            throw unusable("where", String.valueOf(e.getMessage()));
        }
        return filters;
    }

    private void require(String part, Set<String> columns) throws Unusable {
        for (String column : columns) {
            if (shape.cell(column) == null) {
                throw unusable(
                        part,
                        "names " + column + ", but the columns are " + shape.names() + "; correct the name, or set "
                                + rule.key("missing-columns") + "=ignore if some of the tables lack it");
            }
        }
    }

    /** The cell as it goes on, null if it doesn't. */
    private @Nullable Cell kept(Cell cell) throws Unusable {
        String name = cell.column().name();
        boolean chosen = rule.columns().isEmpty() || rule.columns().contains(name);
        if (!chosen || rule.drop().contains(name)) {
            if (cell.isKey()) {
                throw unusable(
                        chosen ? "drop" : "columns",
                        "leaves out " + name + ", a column of the primary key, without which no row can be found again;"
                                + " keep it, or hash it");
            }
            return null;
        }
        Cell kept = hidden(cast(cell));
        String renamed = rule.renames().get(name);
        return renamed == null ? kept : kept.renamed(renamed);
    }

    private Cell cast(Cell cell) throws Unusable {
        String name = cell.column().name();
        ColumnType to = rule.casts().get(name);
        if (to == null) {
            return cell;
        }
        ColumnType from = cell.column().type();
        Cast cast = Cast.of(from, to)
                .orElseThrow(() -> unusable(
                        "cast." + name,
                        "there is no cast from " + TypeText.show(from) + " to " + TypeText.show(to)
                                + "; see the table in docs/transforms.md"));
        if (cell.isKey() && !cast.keepsApart()) {
            throw unusable(
                    "cast." + name,
                    "by the cast from " + TypeText.show(from) + " to " + TypeText.show(to)
                            + " two primary keys may become one; cast another column, or hash this one");
        }
        return from.equals(to) ? cell : cell.through(cast.step(), to);
    }

    private Cell hidden(Cell cell) throws Unusable {
        String name = cell.column().name();
        ColumnType type = cell.column().type();
        if (rule.hash() != null && rule.hashed().contains(name)) {
            return cell.through(rule.hash().step(type), Hash.TYPE);
        }
        Rule.MaskKind mask = rule.masks().get(name);
        if (mask == null) {
            return cell;
        }
        if (cell.isKey()) {
            throw unusable(
                    "mask." + name,
                    "masks a column of the primary key, by which all rows would become one; hash it instead");
        }
        return switch (mask) {
            case Rule.MaskKind.Fixed(String text) -> cell.through(Mask.fixed(text), Mask.TYPE);
            case Rule.MaskKind.ButLast(int shown) -> cell.through(Mask.butLast(type, shown), Mask.TYPE);
        };
    }

    private void checkNames(List<Cell> cells) throws Unusable {
        Set<String> names = new HashSet<>();
        for (Cell cell : cells) {
            String name = cell.column().name();
            if (!names.add(name)) {
                boolean added = rule.added().containsKey(name);
                throw unusable(
                        added ? "add." + name : "rename",
                        "there is another column " + name + " already; choose another name, or drop that one");
            }
        }
    }

    private Unusable unusable(String part, String why) {
        return new Unusable(rule.key(part) + " does not fit " + source + ": " + why
                + ". Then restart Duet: it goes on with the same record.");
    }
}
