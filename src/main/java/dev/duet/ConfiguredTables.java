package dev.duet;

import dev.duet.change.TableId;
import dev.duet.change.TableSchema;
import dev.duet.delivery.TableStoppedException;
import dev.duet.envelope.ColumnList;
import dev.duet.envelope.KnownTables;
import dev.duet.postgres.TargetTables;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * What is known of a table whose events carry no schema: its columns from the configuration, else from the existing target table.
 * Blocks, for as long as the target database takes.
 */
final class ConfiguredTables implements KnownTables {
    private static final Logger LOG = Logger.getLogger(ConfiguredTables.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Map<String, TableSchema> configured = new HashMap<>();
    private final TargetTables targets;
    private final Predicate<TableId> reshaped;

    /**
     * @param columns {@code duet.source.columns}
     * @param reshaped whether {@code duet.transform} changes a table's columns or its target, which then tells nothing of the source
     * @throws IllegalArgumentException if a table's columns can't be read; names the key and the column
     */
    ConfiguredTables(Map<String, String> columns, TargetTables targets, Predicate<TableId> reshaped) {
        columns.forEach((name, list) -> {
            int dot = name.indexOf('.');
            if (dot < 1) {
                throw new IllegalArgumentException("duet.source.columns.\"" + name
                        + "\": name the source table with its schema, for example duet.source.columns.\"public." + name
                        + "\"");
            }
            configured.put(name, ColumnList.parse(new TableId(name.substring(0, dot), name.substring(dot + 1)), list));
        });
        this.targets = targets;
        this.reshaped = reshaped;
    }

    @Override
    public Optional<TableSchema> hint(TableId table) {
        if (!configured.containsKey(table.toString()) && reshaped.test(table)) {
            return Optional.empty();
        }
        try {
            return find(table);
        } catch (TableStoppedException e) {
            return Optional.empty(); // whether the target can be used is for the sink to say
        }
    }

    /** @throws TableStoppedException if the target table exists and can't be used */
    @Override
    public Optional<TableSchema> find(TableId table) {
        TableSchema schema = configured.get(table.toString());
        if (schema != null) {
            return Optional.of(schema);
        }
        if (reshaped.test(table)) {
            throw new TableStoppedException(
                    table,
                    "The column types of " + table
                            + " are not known: its records carry no schema, and what duet.transform"
                            + " makes of them does not tell what they were. Set duet.source.columns.\"" + table
                            + "\" and restart Duet, or set value.converter.schemas.enable=true (and the key's) in Connect.");
        }
        try {
            while (true) {
                try {
                    return targets.find(table).toCompletableFuture().get();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof TableStoppedException stop) {
                        throw stop;
                    }
                    LOG.warnf("table=%s event=columns-unknown reason=\"%s\"", table, e.getCause());
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the service stops");
        }
    }
}
