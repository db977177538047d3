package dev.duet.postgres;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.Finding;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;

/** Whether the source database sends what it should, of the tables that the pipeline has targets of. */
final class SourceCheckup implements Checkup {
    private static final String AREA = "source";
    private static final long LAG_LIMIT = 1L << 30;

    private static final String TABLES =
            "select distinct source_schema, source_table from duet.mirror where pipeline = $1 order by 1, 2";
    private static final String TABLE = """
            select c.relreplident::text, exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary),
              has_table_privilege(c.oid, 'SELECT'),
              exists (select from pg_publication_tables p where p.schemaname = n.nspname and p.tablename = c.relname
                and ($3 = '' or p.pubname = $3))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p')""";
    private static final String PUBLICATIONS = """
            select pubname::text, pubinsert and pubupdate and pubdelete, pubtruncate from pg_publication
            where $1 = '' or pubname = $1""";
    private static final String SLOTS = """
            select slot_name::text, active, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::int8,
              coalesce(wal_status, '') from pg_replication_slots
            where database = current_database() and plugin = 'pgoutput' and ($1 = '' or slot_name = $1)""";

    private final Vertx vertx;
    private final Pool pool;
    private final String pipeline;
    private final VerifyConfig.Source config;
    private final List<Finding> findings = new ArrayList<>();

    SourceCheckup(Vertx vertx, Pool pool, String pipeline, VerifyConfig.Source config) {
        this.vertx = vertx;
        this.pool = pool;
        this.pipeline = pipeline;
        this.config = config;
    }

    @Override
    public String area() {
        return AREA;
    }

    @Override
    public List<Finding> look() {
        if (config.url().isEmpty()) {
            return List.of(Finding.warning(
                    AREA,
                    "not looked at",
                    "duet.verify.source.url is not set",
                    "Set it to the source database's address."));
        }
        try (SourceDatabase source = SourceDatabase.open(vertx, config);
                LookSession target = LookSession.open("the target database", pool::getConnection)) {
            LookSession session = source.session();
            walLevel(session);
            publication(session);
            slot(session);
            if (target.one("looking for duet.mirror", "select to_regclass('duet.mirror') is not null")
                    .getBoolean(0)) {
                target.ask("reading duet.mirror", TABLES, pipeline)
                        .forEach(row -> table(session, new TargetName(row.getString(0), row.getString(1))));
            }
            findings.add(ClockCheck.of(AREA, session));
            return findings;
        }
    }

    private void walLevel(LookSession session) {
        String level = session.one("reading wal_level", "select current_setting('wal_level')")
                .getString(0);
        findings.add(
                level.equals("logical")
                        ? Finding.ok(AREA, "wal_level", level)
                        : Finding.failure(
                                AREA,
                                "wal_level",
                                "it is " + level,
                                "Set wal_level = logical and restart the source."));
    }

    private void publication(LookSession session) {
        RowSet<Row> rows = session.ask(
                "reading the publications", PUBLICATIONS, config.publication().orElse(""));
        if (rows.size() == 0) {
            findings.add(Finding.failure(
                    AREA,
                    "publication",
                    "there is none"
                            + config.publication().map(name -> " named " + name).orElse(""),
                    "CREATE PUBLICATION ... FOR TABLE ..., with the connector's publication.name."));
        }
        for (Row row : rows) {
            String what = "publication " + row.getString(0);
            if (!row.getBoolean(1)) {
                findings.add(Finding.failure(
                        AREA,
                        what,
                        "it leaves out inserts, updates or deletes",
                        "ALTER PUBLICATION ... SET (publish = 'insert, update, delete, truncate')."));
            } else if (!row.getBoolean(2)) {
                findings.add(Finding.warning(
                        AREA,
                        what,
                        "it leaves out truncates: the mirror would keep the rows",
                        "ALTER PUBLICATION ... SET (publish = 'insert, update, delete, truncate')."));
            } else {
                findings.add(Finding.ok(AREA, what, "all operations"));
            }
        }
    }

    private void slot(LookSession session) {
        RowSet<Row> rows = session.ask("reading the slots", SLOTS, config.slot().orElse(""));
        if (rows.size() == 0) {
            findings.add(Finding.failure(
                    AREA,
                    "replication slot",
                    "there is none of pgoutput"
                            + config.slot().map(name -> " named " + name).orElse(""),
                    "Start the connector, which makes it; if it was dropped, changes are lost: take a new snapshot."));
        }
        for (Row row : rows) {
            String what = "replication slot " + row.getString(0);
            String lag = row.getLong(2) / (1 << 20) + " MB behind";
            if (row.getString(3).equals("lost")) {
                findings.add(Finding.failure(
                        AREA, what, "its log is gone", "Drop the slot and let the connector take a new snapshot."));
            } else if (!row.getBoolean(1)) {
                findings.add(Finding.failure(
                        AREA,
                        what,
                        "nobody reads it, " + lag,
                        "Start the connector; a slot that is not needed must be dropped, or the source's disk fills."));
            } else if (row.getLong(2) > LAG_LIMIT) {
                findings.add(
                        Finding.warning(
                                AREA,
                                what,
                                lag,
                                "See whether the connector keeps up; if the captured tables rest, use heartbeat.action.query."));
            } else {
                findings.add(Finding.ok(AREA, what, "active, " + lag));
            }
        }
    }

    private void table(LookSession session, TargetName table) {
        String what = "table " + table;
        RowSet<Row> rows = session.ask(
                "looking at " + table,
                TABLE,
                table.schema(),
                table.table(),
                config.publication().orElse(""));
        if (rows.size() == 0) {
            findings.add(Finding.failure(
                    AREA, what, "it is not there", "See whether it was dropped or renamed (docs/schema-changes.md)."));
            return;
        }
        Row row = rows.iterator().next();
        int before = findings.size();
        if (!row.getBoolean(3)) {
            findings.add(Finding.failure(
                    AREA,
                    what,
                    "no publication has it: its changes don't come",
                    "ALTER PUBLICATION ... ADD TABLE " + table + "."));
        }
        String identity = row.getString(0);
        if (identity.equals("n") || (identity.equals("d") && !row.getBoolean(1))) {
            findings.add(Finding.failure(
                    AREA,
                    what,
                    identity.equals("n") ? "its replica identity is NOTHING" : "it has no primary key",
                    "ALTER TABLE " + table + " REPLICA IDENTITY " + (row.getBoolean(1) ? "DEFAULT." : "FULL.")));
        }
        if (!row.getBoolean(2)) {
            findings.add(Finding.warning(
                    AREA,
                    what,
                    "the role of duet.verify.source.username may not read it",
                    "GRANT SELECT ON " + table + "."));
        }
        if (findings.size() == before) {
            findings.add(Finding.ok(AREA, what, "published, replica identity fits"));
        }
    }
}
