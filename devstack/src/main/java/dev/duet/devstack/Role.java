package dev.duet.devstack;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The roles of the source database. Passwords are the role names: the stack is for development, on 127.0.0.1.
enum Role {
    /// Superuser.
    POSTGRES,
    /// Duet: creates schemas of its own in the database.
    DUET,
    /// The connector: reads the replication stream and the two source tables.
    DEBEZIUM,
    /// The application that owns the source data.
    DEMO;

    String roleName() {
        return name().toLowerCase(Locale.ROOT);
    }

    String password() {
        return roleName();
    }

    static Map<String, Status.User> forStatus() {
        return Arrays.stream(values())
                .collect(Collectors.toMap(
                        Role::roleName, role -> new Status.User(role.password()), (one, other) -> one, TreeMap::new));
    }
}
