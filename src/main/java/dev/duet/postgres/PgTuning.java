package dev.duet.postgres;

import io.vertx.pgclient.PgConnectOptions;

/** Settings of the client that the sink's speed and its promise of not hanging need, and that have no Quarkus property. */
public final class PgTuning {
    private static final int MAX_SQL_CHARS = 1 << 20;

    private PgTuning() {}

    /**
     * Changes and returns the options.
     *
     * <p>The client caches a prepared statement only if its text has at most 2,048 characters by default, which a table of some
     * twenty columns exceeds: each batch would then be parsed and planned anew, at the cost of a round trip more. How many texts
     * there are is bounded by the tables, their schemas and the sets of unchanged TOAST columns.
     */
    public static PgConnectOptions tune(PgConnectOptions options) {
        options.setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(1024)
                .setPreparedStatementCacheSqlLimit(MAX_SQL_CHARS);
        options.setTcpKeepAlive(true);
        options.addProperty("application_name", "duet");
        return options;
    }
}
