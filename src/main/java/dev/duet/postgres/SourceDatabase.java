package dev.duet.postgres;

import dev.duet.inspect.NotFoundException;
import dev.duet.inspect.SourceServer;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;

/** The source database, looked at with rights to read. */
final class SourceDatabase implements SourceServer, AutoCloseable {
    private static final String SLOTS = """
            select slot_name::text, coalesce((confirmed_flush_lsn - '0/0')::int8, 0) from pg_replication_slots
            where database = current_database() and plugin = 'pgoutput' and ($1 = '' or slot_name = $1)""";

    private final VerifyConfig.Source config;
    private final LookSession session;
    private String slot = "";

    private SourceDatabase(VerifyConfig.Source config, LookSession session) {
        this.config = config;
        this.session = session;
    }

    /** @throws IllegalArgumentException if the address can't be read */
    static SourceDatabase open(Vertx vertx, VerifyConfig.Source config) {
        String url = config.url().orElseThrow();
        PgConnectOptions options;
        try {
            options = PgConnectOptions.fromUri(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "duet.verify.source.url can't be read: set it to postgresql://host:port/database", e);
        }
        config.username().ifPresent(options::setUser);
        config.password().ifPresent(options::setPassword);
        return new SourceDatabase(
                config,
                LookSession.open(
                        "the source database",
                        () -> PgConnection.connect(vertx, options).map(connection -> connection)));
    }

    LookSession session() {
        return session;
    }

    @Override
    public long position() {
        return session.one("reading its position", "select (pg_current_wal_insert_lsn() - '0/0')::int8")
                .getLong(0);
    }

    /** {@inheritDoc} Before there is a slot, or with several of them, {@link NotFoundException}. */
    @Override
    public long confirmed() {
        RowSet<Row> slots =
                session.ask("reading its slots", SLOTS, config.slot().orElse(""));
        if (slots.size() != 1) {
            throw new NotFoundException("the source database has " + slots.size() + " replication slots of pgoutput"
                    + config.slot().map(name -> " named " + name).orElse("")
                    + ": set duet.verify.source.slot to the connector's slot.name");
        }
        Row row = slots.iterator().next();
        slot = row.getString(0);
        return row.getLong(1);
    }

    @Override
    public String slot() {
        return slot;
    }

    @Override
    public void nudge() {
        session.act("writing a logical message", "select pg_logical_emit_message(true, 'duet.verify', '')");
    }

    @Override
    public void close() {
        session.close();
    }
}
