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

    /**
     * @param columns {@code duet.source.columns}
     * @throws IllegalArgumentException if a table's columns can't be read; names the key and the column
     */
    ConfiguredTables(Map<String, String> columns, TargetTables targets) {
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
    }

    /** @throws TableStoppedException if the target table exists and can't be used */
    @Override
    public Optional<TableSchema> find(TableId table) {
        TableSchema schema = configured.get(table.toString());
        if (schema != null) {
            return Optional.of(schema);
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
