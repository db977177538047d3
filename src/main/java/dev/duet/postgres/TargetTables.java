package dev.duet.postgres;

import dev.duet.change.Column;
import dev.duet.change.ColumnType;
import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.postgres.Catalog.CatalogColumn;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the mirror tables say about the source's: for events that don't bring their schema. */
public final class TargetTables {
    private final Transactions transactions;
    private final TableTemplate template;

    /** @param pool stays the caller's */
    public TargetTables(Pool pool, PostgresConfig config) {
        this.transactions = new Transactions(pool, config);
        this.template = new TableTemplate(config.table());
    }

    /**
     * The columns and the primary key of the source table as its mirror has them, without Duet's own columns.
     *
     * @return empty if there is no mirror table; fails with TableStoppedException if a column's type is none of {@link ColumnType}
     */
    public CompletionStage<Optional<TableSchema>> find(TableId table) {
        TargetName name = template.target(table);
        return Catalog.read(
                        (sql, parameters) -> transactions.read("reading the columns of " + name, sql, parameters), name)
                .map(found -> found.exists() ? Optional.of(schema(table, name, found)) : Optional.<TableSchema>empty())
                .toCompletionStage();
    }

    private static TableSchema schema(TableId table, TargetName name, Catalog found) {
        List<Column> columns = new ArrayList<>();
        for (CatalogColumn column : found.columns()) {
            if (!column.name().equals(TableSql.LSN) && !column.name().equals(TableSql.SOURCE_TS)) {
                columns.add(new Column(column.name(), typeOf(table, name, column)));
            }
        }
        List<String> names = columns.stream().map(Column::name).toList();
        return new TableSchema(
                table, columns, found.key().stream().map(names::indexOf).toList());
    }

    private static ColumnType typeOf(TableId table, TargetName name, CatalogColumn column) {
        ColumnType type = column.type();
        if (type == null) {
            throw new TableStoppedException(
                    table,
                    "the column \"" + column.name() + "\" of the target " + name + " has the type " + column.typeName()
                            + ", which Duet can't read as a source type. Send the events of " + table
                            + " with their schema, or give the column a plain type.");
        }
        return type;
    }
}
