package dev.duet.delta;

import dev.duet.change.TableId;
import dev.duet.inspect.ComparedLogs;
import dev.duet.inspect.LogAt;
import dev.duet.inspect.MirrorColumn;
import dev.duet.inspect.UnreachableException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The change logs below the configured root, for comparisons. Reads only; opens the store at its first use. */
public final class ComparedDeltaLogs implements ComparedLogs, AutoCloseable {
    private final DeltaConfig config;
    private @Nullable Storage storage;

    public ComparedDeltaLogs(DeltaConfig config) {
        this.config = config;
    }

    @Override
    public synchronized LogAt open(TableId table, List<MirrorColumn> mirror) {
        try {
            if (storage == null) {
                storage = Storage.open(config);
            }
            String path = new TablePaths(storage.root(), config.table()).of(table);
            return ComparedLog.open(path, new DuetEngine(storage.fileIO()), NonFiniteForm.of(config), mirror);
        } catch (IOException e) {
            throw new UnreachableException(
                    "the Delta store at " + config.root().orElse("") + " can't be opened: " + e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (storage != null) {
                storage.close();
            }
        } catch (IOException e) {
            throw new UnreachableException("closing the Delta store: " + e.getMessage());
        }
    }
}
