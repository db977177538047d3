package dev.duet.postgres;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.ComparedTables;
import dev.duet.inspect.SnapshotSignals;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.util.List;

/** The target database and the source's, as the check of their tables meets them. */
@Singleton
public final class ComparedDatabases {
    private final Vertx vertx;
    private final Pool pool;
    private final VerifyConfig config;
    private final PostgresConfig target;

    ComparedDatabases(Vertx vertx, Pool pool, VerifyConfig config, PostgresConfig target) {
        this.vertx = vertx;
        this.pool = pool;
        this.config = config;
        this.target = target;
    }

    /** What looks at the source, and at the target. */
    public List<Checkup> checkups(String pipeline) {
        return List.of(new SourceCheckup(vertx, pool, pipeline, config.source()), new TargetCheckup(pool, pipeline));
    }

    /** How the source is asked to send rows again. */
    public SnapshotSignals signals() {
        return new SignalTable(vertx, config.source());
    }

    /** Connects to both, and blocks until that is done. Close it. */
    public ComparedTables open(String pipeline) {
        return new PipelineTables(vertx, pool, pipeline, config, target.clockTolerance());
    }
}
