package dev.duet.postgres;

import dev.duet.inspect.ComparedTables;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/** The target database and the source's, as the check of their tables meets them. */
@Singleton
public final class ComparedDatabases {
    private final Vertx vertx;
    private final Pool pool;
    private final VerifyConfig config;

    ComparedDatabases(Vertx vertx, Pool pool, VerifyConfig config) {
        this.vertx = vertx;
        this.pool = pool;
        this.config = config;
    }

    /** Connects to both, and blocks until that is done. Close it. */
    public ComparedTables open(String pipeline) {
        return new PipelineTables(vertx, pool, pipeline, config);
    }
}
