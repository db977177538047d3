/// The stack that Duet is developed and tested against: PostgreSQL, a Kafka broker, Connect with Debezium and an S3
/// server, started in one process without containers. Everything listens on 127.0.0.1 only and lives in one folder.
package dev.duet.devstack;
