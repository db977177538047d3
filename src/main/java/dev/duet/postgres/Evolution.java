package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.SchemaPolicy;
import dev.duet.change.TableSchema;
import dev.duet.postgres.Catalog.CatalogColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What makes an existing target fit for a schema of its source, as far as the policy allows. Pure. What it leaves is
 * {@link TargetCheck}'s to refuse.
 *
 * <p>Nothing here loses a value, so changes of older schemas, of other partitions or instances, go on: a target is only ever made wider.
 */
final class Evolution {
    private static final int MAX_DIGITS = 1000;

    private Evolution() {}

    sealed interface Step {
        /** The target has no such column. */
        record Add(Column column) implements Step {}

        /** The target's column can't hold every value of the source's; this type holds all of both. */
        record Widen(String column, ColumnType type) implements Step {}
    }

    static List<Step> of(TableSchema schema, Catalog found, SchemaPolicy policy) {
        List<Step> steps = new ArrayList<>();
        for (Column column : schema.columns()) {
            Optional<CatalogColumn> target = found.column(column.name());
            if (target.isEmpty()) {
                if (policy.addsColumns()) {
                    steps.add(new Step.Add(column));
                }
                continue;
            }
            ColumnType type = target.get().type();
            if (type != null && policy.widensColumns()) {
                wider(type, column.type()).ifPresent(wide -> steps.add(new Step.Widen(column.name(), wide)));
            }
        }
        return steps;
    }

    /** The type for a column of the target's type that is to hold the source's too; empty if it does, or if no type holds both. */
    static Optional<ColumnType> wider(ColumnType target, ColumnType source) {
        if (CatalogTypes.holds(target, source)) {
            return Optional.empty();
        }
        if (CatalogTypes.holds(source, target)) {
            return Optional.of(source);
        }
        if (target instanceof ColumnType.Decimal a && source instanceof ColumnType.Decimal b) {
            int scale = Math.max(a.scale(), b.scale());
            int digits = Math.max(a.precision() - a.scale(), b.precision() - b.scale()) + scale;
            return digits <= MAX_DIGITS ? Optional.of(new ColumnType.Decimal(digits, scale)) : Optional.empty();
        }
        return Optional.empty();
    }
}
