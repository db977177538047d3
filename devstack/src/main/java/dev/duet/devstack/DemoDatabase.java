package dev.duet.devstack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Database, tables, roles and publication of the source. Every step may run again on an existing database and leaves
/// its rows alone.
final class DemoDatabase {

    static final String NAME = "finance";

    private final String server;

    DemoDatabase(int port) {
        this.server = "jdbc:postgresql://" + Ports.HOST + ":" + port + "/";
    }

    void prepare() throws SQLException, IOException {
        try (Connection connection = connect("postgres")) {
            if (!exists(connection, "SELECT FROM pg_database WHERE datname = '" + NAME + "'")) {
                execute(connection, "CREATE DATABASE " + NAME);
            }
            createRole(connection, Role.DUET, "LOGIN");
            createRole(connection, Role.DEBEZIUM, "LOGIN REPLICATION");
            createRole(connection, Role.DEMO, "LOGIN");
        }
        try (Connection connection = connect(NAME)) {
            connection.setAutoCommit(false); // a killed start leaves no table without its rows
            if (!exists(connection, "SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = 'fund_unit'")) {
                execute(connection, resource("schema.sql"));
            }
            execute(connection, resource("grants.sql"));
            if (!exists(connection, "SELECT FROM pg_publication WHERE pubname = 'dbz_pub'")) {
                execute(connection, "CREATE PUBLICATION dbz_pub FOR TABLE public.fund_metadata, public.fund_unit");
            }
            connection.commit();
        }
    }

    /// What events of deliveries pass through, and the publication of it. Before the service's first start, so that its
    /// connector misses none.
    void prepareOutbox() throws SQLException, IOException {
        try (Connection connection = connect(NAME)) {
            connection.setAutoCommit(false);
            execute(connection, resource("deliveries.sql"));
            if (!exists(connection, "SELECT FROM pg_publication WHERE pubname = 'duet_deliveries'")) {
                execute(
                        connection,
                        "CREATE PUBLICATION duet_deliveries FOR TABLE duet.outbox WITH (publish = 'insert')");
            }
            connection.commit();
        }
    }

    /// @return whether somebody reads the replication slot
    boolean isSlotActive(String slot) throws SQLException {
        try (Connection connection = connect(NAME);
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT FROM pg_replication_slots WHERE active AND slot_name = ?")) {
            statement.setString(1, slot);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(server + database, Role.POSTGRES.roleName(), Role.POSTGRES.password());
    }

    private static void createRole(Connection connection, Role role, String rights) throws SQLException {
        if (!exists(connection, "SELECT FROM pg_roles WHERE rolname = '" + role.roleName() + "'")) {
            execute(connection, "CREATE ROLE " + role.roleName());
        }
        execute(connection, "ALTER ROLE " + role.roleName() + " " + rights + " PASSWORD '" + role.password() + "'");
    }

    private static boolean exists(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = DemoDatabase.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
