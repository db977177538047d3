package dev.duet.postgres;

import dev.duet.change.SchemaPolicy;
import dev.duet.delivery.PartitionCounts;
import dev.duet.delivery.TopicIdentities;
import dev.duet.inspect.Mirrors;
import dev.duet.inspect.PositionDesk;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Singleton;

/** The target database as the other rooms meet it: without its client. */
@Singleton
public final class TargetDatabase {
    private final Pool pool;
    private final PostgresConfig config;

    TargetDatabase(Pool pool, PostgresConfig config) {
        this.pool = pool;
        this.config = config;
    }

    /**
     * The sink of a pipeline.
     *
     * @param policies what is done when a source table has changed
     * @param completes whether the sink is to know the values that updates leave out
     * @throws IllegalArgumentException if a setting is wrong; names the key and the fix
     */
    public PostgresSink sink(String pipeline, SchemaPolicy.ByTable policies, boolean completes) {
        return new PostgresSink(pool, pipeline, config, policies, completes);
    }

    /** Which topics the positions of a pipeline belong to. */
    public TopicIdentities topics(String pipeline) {
        return new TopicTable(pipeline, new Transactions(pool, config));
    }

    /** How many partitions the topics of a pipeline have had. */
    public PartitionCounts partitionCounts(String pipeline) {
        return new TopicTable(pipeline, new Transactions(pool, config));
    }

    /** A look into the mirrors of a pipeline. */
    public Mirrors mirrors(String pipeline) {
        return new MirrorTables(pipeline, pool, config);
    }

    /** The operator's hand on the positions of a pipeline. */
    public PositionDesk positionDesk(String pipeline) {
        return new PositionMoves(pipeline, pool, config);
    }

    /** The existing mirror tables. */
    public TargetTables tables() {
        return new TargetTables(pool, config);
    }
}
