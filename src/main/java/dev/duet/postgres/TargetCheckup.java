package dev.duet.postgres;

import dev.duet.inspect.Checkup;
import dev.duet.inspect.Finding;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/** Whether the role of the target database may do what the service has to. */
final class TargetCheckup implements Checkup {
    private static final String AREA = "target";
    private static final String STATE = """
            select pg_is_in_recovery(), to_regclass('duet.position') is not null, has_database_privilege(current_database(), 'CREATE'),
              current_setting('server_version'), current_user::text""";
    private static final String CONTROL = """
            select c.relname::text from pg_class c where c.relnamespace = to_regnamespace('duet') and c.relkind = 'r'
              and not (has_schema_privilege('duet', 'USAGE') and has_table_privilege(c.oid, 'SELECT')
                and has_table_privilege(c.oid, 'INSERT') and has_table_privilege(c.oid, 'UPDATE'))""";
    private static final String MIRRORS = """
            select m.target_schema, m.target_table, c.oid is not null, coalesce(has_schema_privilege(n.oid, 'USAGE')
                and has_table_privilege(c.oid, 'SELECT') and has_table_privilege(c.oid, 'INSERT')
                and has_table_privilege(c.oid, 'UPDATE') and has_table_privilege(c.oid, 'DELETE'), false),
              coalesce(pg_has_role(c.relowner, 'USAGE'), false)
            from duet.mirror m left join pg_namespace n on n.nspname = m.target_schema
            left join pg_class c on c.relnamespace = n.oid and c.relname = m.target_table
            where m.pipeline = $1 order by 1, 2""";

    private final Pool pool;
    private final String pipeline;
    private final List<Finding> findings = new ArrayList<>();

    TargetCheckup(Pool pool, String pipeline) {
        this.pool = pool;
        this.pipeline = pipeline;
    }

    @Override
    public String area() {
        return AREA;
    }

    @Override
    public List<Finding> look() {
        try (LookSession session = LookSession.open("the target database", pool::getConnection)) {
            Row state = session.one("reading the state", STATE);
            if (state.getBoolean(0)) {
                findings.add(Finding.failure(
                        AREA,
                        "server",
                        "it is a standby, which can't be written",
                        "Set quarkus.datasource.reactive.url to the primary."));
            } else {
                findings.add(Finding.ok(AREA, "server", "PostgreSQL " + state.getString(3)));
            }
            if (!state.getBoolean(1)) {
                control(state);
            } else {
                existing(session);
            }
            findings.add(ClockCheck.of(AREA, session));
            return findings;
        }
    }

    private void control(Row state) {
        findings.add(
                state.getBoolean(2)
                        ? Finding.ok(AREA, "schema duet", "not there yet, and may be made")
                        : Finding.failure(
                                AREA,
                                "schema duet",
                                "not there, and the role may not make it",
                                "GRANT CREATE ON DATABASE ... TO \"" + state.getString(4)
                                        + "\", or make the tables yourself (docs/operations.md)."));
    }

    private void existing(LookSession session) {
        List<String> lacking = new ArrayList<>();
        session.ask("looking at schema duet", CONTROL).forEach(row -> lacking.add("duet." + row.getString(0)));
        findings.add(
                lacking.isEmpty()
                        ? Finding.ok(AREA, "schema duet", "may be written")
                        : Finding.failure(
                                AREA,
                                "schema duet",
                                "the role may not write " + lacking,
                                "GRANT USAGE ON SCHEMA duet and SELECT, INSERT, UPDATE, DELETE ON these tables to it."));
        for (Row row : session.ask("looking at the mirrors", MIRRORS, pipeline)) {
            TargetName name = new TargetName(row.getString(0), row.getString(1));
            String what = "table " + name;
            if (!row.getBoolean(2)) {
                findings.add(Finding.failure(
                        AREA, what, "it is gone", "Restore it, or fill it again (docs/operations.md)."));
            } else if (!row.getBoolean(3)) {
                findings.add(Finding.failure(
                        AREA,
                        what,
                        "the role may not write it",
                        "GRANT USAGE ON SCHEMA and SELECT, INSERT, UPDATE, DELETE ON " + name + " to it."));
            } else if (!row.getBoolean(4)) {
                findings.add(Finding.warning(
                        AREA,
                        what,
                        "the role does not own it, so it can't follow when the source's columns change",
                        "ALTER TABLE " + name + " OWNER TO it, or alter it by hand when the table stops."));
            } else {
                findings.add(Finding.ok(AREA, what, "may be written and altered"));
            }
        }
    }
}
